import { createRoot } from "react-dom/client";
import { App } from "@/App";
import { startSession } from "@/store/connect";
import { startTheme } from "@/theme/theme";
import "@/theme/tokens.css";
import "@/theme/base.css";

startTheme();
startSession();
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<App />);
