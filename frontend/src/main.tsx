import { createRoot } from "react-dom/client";
import { App } from "@/App";
import { startTheme } from "@/theme/theme";
import "@/theme/base.css";
import "@/theme/tokens.css";

startTheme();
createRoot(document.getElementById("root")!).render(<App />);
