/** What is open and how the editor looks: nothing of it concerns the graph. */

import { Cell } from "@/store/collection";

export type ThemeChoice = "light" | "dark" | "system";

function storedTheme(): ThemeChoice {
  const text = localStorage.getItem("funcnodes.theme");
  return text === "light" || text === "dark" ? text : "system";
}

export const theme = new Cell<ThemeChoice>(storedTheme());
export const libraryOpen = new Cell<boolean>(localStorage.getItem("funcnodes.library") !== "closed");
export const propertiesOpen = new Cell<boolean>(localStorage.getItem("funcnodes.properties") !== "closed");

/** The port whose whole value is open in a dialog (a port key). */
export const viewedPort = new Cell<string | null>(null);

/** The node whose error is open in a dialog. */
export const viewedError = new Cell<string | null>(null);

/** Search-to-add, open at a point of the screen; with the wire that was dropped there, if one was. */
export interface AddSearch {
  x: number;
  y: number;
  /** Where the node goes, in canvas coordinates. */
  pos: [number, number];
  wire?: { node: string; io: string; isInput: boolean };
}
export const addSearch = new Cell<AddSearch | null>(null);

/** How often something has asked for the whole graph to be shown. */
export const fitRequests = new Cell<number>(0);

export const requestFit = (): void => fitRequests.update((count) => count + 1);

/** Nodes that something has asked to be shown. */
export const revealed = new Cell<readonly string[]>([]);

export interface Notice {
  id: number;
  kind: "info" | "ok" | "error";
  text: string;
  detail?: string;
}
export const notices = new Cell<Notice[]>([]);
let lastNotice = 0;

/** Says something in a corner of the screen. */
export function notify(kind: Notice["kind"], text: string, detail?: string): void {
  lastNotice += 1;
  notices.update((all) => [...all.slice(-3), { id: lastNotice, kind, text, detail }]);
}

export function dismiss(id: number): void {
  notices.update((all) => all.filter((notice) => notice.id !== id));
}

/** Long work that somebody waits for, by task. */
export interface Task {
  task: string;
  text: string;
  progress: number | null;
}
export const tasks = new Cell<Task[]>([]);

export function setTheme(choice: ThemeChoice): void {
  theme.set(choice);
  localStorage.setItem("funcnodes.theme", choice);
}

export function setLibraryOpen(open: boolean): void {
  libraryOpen.set(open);
  localStorage.setItem("funcnodes.library", open ? "open" : "closed");
}

export function setPropertiesOpen(open: boolean): void {
  propertiesOpen.set(open);
  localStorage.setItem("funcnodes.properties", open ? "open" : "closed");
}
