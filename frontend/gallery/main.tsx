import { createRoot } from "react-dom/client";
import "@/theme/base.css";
import "@/theme/tokens.css";
import { Gallery } from "./Gallery";
import { fillStores } from "./fixtures";

document.documentElement.dataset.theme = new URLSearchParams(location.search).get("theme") ?? "light";
document.body.style.overflow = "auto";
fillStores();
createRoot(document.getElementById("root")!).render(<Gallery />);
