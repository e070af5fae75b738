/** The bar on top: which worker, how it is, and what concerns the whole graph. */

import { Monitor, Moon, PanelLeft, PanelRight, Redo2, Square, Sun, Undo2 } from "lucide-react";
import { GraphMenu } from "@/shell/GraphMenu";
import { RunState } from "@/shell/RunState";
import { useCell } from "@/lib/hooks";
import { redo, stopAll, undo } from "@/store/intents";
import {
  libraryOpen,
  propertiesOpen,
  setLibraryOpen,
  setPropertiesOpen,
  setTheme,
  theme,
  type ThemeChoice,
} from "@/store/ui";
import { connection } from "@/store/workers";
import { MoreMenu } from "@/panels/MoreMenu";
import { WorkerMenu } from "@/panels/WorkerMenu";
import { IconButton } from "@/ui";
import css from "@/shell/Header.module.css";

export function Header() {
  const leftOpen = useCell(libraryOpen);
  const rightOpen = useCell(propertiesOpen);
  const offline = useCell(connection) !== "open";
  return (
    <header className={css.header}>
      <div className={css.side}>
        <IconButton label="Library" keys="Ctrl+B" pressed={leftOpen} onClick={() => setLibraryOpen(!leftOpen)}>
          <PanelLeft size={16} />
        </IconButton>
        <Mark />
        <WorkerMenu />
        <GraphMenu />
      </div>
      <RunState />
      <div className={css.side} data-end>
        <IconButton label="Undo" keys="Ctrl+Z" disabled={offline} onClick={() => void undo()}>
          <Undo2 size={16} />
        </IconButton>
        <IconButton label="Redo" keys="Ctrl+Shift+Z" disabled={offline} onClick={() => void redo()}>
          <Redo2 size={16} />
        </IconButton>
        <span className={css.line} />
        <IconButton label="Stop everything that runs" disabled={offline} onClick={() => void stopAll()}>
          <Square size={14} />
        </IconButton>
        <span className={css.line} />
        <ThemeButton />
        <IconButton label="Properties" keys="Ctrl+I" pressed={rightOpen} onClick={() => setPropertiesOpen(!rightOpen)}>
          <PanelRight size={16} />
        </IconButton>
        <MoreMenu />
      </div>
    </header>
  );
}

function Mark() {
  return (
    <svg className={css.mark} viewBox="0 0 20 20" role="img" aria-label="FuncNodes">
      <path d="M4.5 6h3c4 0 3 8 7 8h1" />
      <circle cx="4.5" cy="6" r="2.5" />
      <circle cx="15.5" cy="14" r="2.5" />
    </svg>
  );
}

const NEXT: { [choice in ThemeChoice]: ThemeChoice } = { system: "light", light: "dark", dark: "system" };
const NAMES: { [choice in ThemeChoice]: string } = { system: "the system's", light: "light", dark: "dark" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

function ThemeButton() {
  const choice = useCell(theme);
  const Icon = ICONS[choice];
  return (
    <IconButton label={`Theme: ${NAMES[choice]}`} onClick={() => setTheme(NEXT[choice])}>
      <Icon size={16} />
    </IconButton>
  );
}
