/** Sets the theme on the document and keeps it with the system's where the user wants that. */

import { theme } from "@/store/ui";

const darkSystem = matchMedia("(prefers-color-scheme: dark)");

export function isDark(): boolean {
  const choice = theme.get();
  return choice === "dark" || (choice === "system" && darkSystem.matches);
}

function show(): void {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
}

export function startTheme(): void {
  show();
  theme.subscribe(show);
  darkSystem.addEventListener("change", show);
}
