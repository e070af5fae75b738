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
import { access, type Access, reaches, type Scope } from "@/store/access";
import { connection } from "@/store/workers";
import { MoreMenu } from "@/panels/MoreMenu";
import { WorkerMenu } from "@/panels/WorkerMenu";
import { IconButton } from "@/ui";
import css from "@/shell/Header.module.css";

export function Header() {
  const leftOpen = useCell(libraryOpen);
  const rightOpen = useCell(propertiesOpen);
  const offline = useCell(connection) !== "open";
  const allowed = useCell(access);
  const edits = reaches(allowed, "edit");
  return (
    <header className={css.header}>
      <div className={css.side}>
        {edits && (
          <IconButton label="Library" keys="Ctrl+B" pressed={leftOpen} onClick={() => setLibraryOpen(!leftOpen)}>
            <PanelLeft size={16} />
          </IconButton>
        )}
        <Mark />
        <WorkerMenu />
        {edits && <GraphMenu />}
        {allowed.share !== "" && <Shared allowed={allowed} />}
      </div>
      <RunState />
      <div className={css.side} data-end>
        {edits && <Undoing offline={offline} />}
        {reaches(allowed, "run") && (
          <IconButton label="Stop everything that runs" disabled={offline} onClick={() => void stopAll()}>
            <Square size={14} />
          </IconButton>
        )}
        <span className={css.line} />
        <ThemeButton />
        {edits && (
          <IconButton label="Properties" keys="Ctrl+I" pressed={rightOpen} onClick={() => setPropertiesOpen(!rightOpen)}>
            <PanelRight size={16} />
          </IconButton>
        )}
        <MoreMenu />
      </div>
    </header>
  );
}

function Undoing({ offline }: { offline: boolean }) {
  return (
    <>
      <IconButton label="Undo" keys="Ctrl+Z" disabled={offline} onClick={() => void undo()}>
        <Undo2 size={16} />
      </IconButton>
      <IconButton label="Redo" keys="Ctrl+Shift+Z" disabled={offline} onClick={() => void redo()}>
        <Redo2 size={16} />
      </IconButton>
      <span className={css.line} />
    </>
  );
}

const SHARED: { [scope in Scope]: string } = {
  view: "View only",
  knobs: "View, with knobs",
  run: "View and run",
  edit: "Shared",
  install: "Shared",
  admin: "Shared",
};

/** That this editor came in by a link, what that allows and until when. */
function Shared({ allowed }: { allowed: Access }) {
  const end = allowed.expires_at === null ? "" : `This link ends ${new Date(allowed.expires_at * 1000).toLocaleString()}`;
  return (
    <span className={css.shared} title={end}>
      {SHARED[allowed.scope]}
    </span>
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
