/** The worker's history of edits as lines to read. */

import type { Json } from "@/store/types";
import { isPlainObject } from "@/widgets/values";

export interface HistoryEntry {
  rev: number;
  /** What was done, in words. */
  label: string;
  /** The nodes that it touched and that are still there. */
  nodes: string[];
  by: string;
  /** Seconds since 1970; 0 where the worker does not say. */
  at: number;
  undone: boolean;
}

const WORDS: Record<string, string> = {
  add_node: "Add a node",
  remove_node: "Remove a node",
  update_node: "Change a node",
  update_node_input: "Set a value",
  update_io: "Change a port",
  set_node_mode: "Mute or unmute",
  add_edge: "Connect",
  remove_edge: "Disconnect",
  group_nodes: "Group",
  update_group: "Change a group",
  remove_group: "Ungroup",
  paste_nodes: "Paste",
  clear: "Clear the graph",
  load_data: "Open a graph",
  import_worker: "Import",
};

export function commandWords(cmd: string): string {
  return WORDS[cmd] ?? cmd.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
}

function readEntry(raw: Json): HistoryEntry[] {
  if (!isPlainObject(raw) || typeof raw.rev !== "number") return [];
  const label = typeof raw.label === "string" && raw.label !== "" ? raw.label : commandWords(String(raw.cmd ?? "edit"));
  return [
    {
      rev: raw.rev,
      label,
      nodes: Array.isArray(raw.nodes) ? raw.nodes.filter((name): name is string => typeof name === "string" && name !== "") : [],
      by: String(raw.by ?? ""),
      at: typeof raw.at === "number" ? raw.at : 0,
      undone: raw.undone === true || raw.done === false || typeof raw.undone_by === "string",
    },
  ];
}

/** Entries, newest first. */
export function readHistory(answer: Json): HistoryEntry[] {
  const list = isPlainObject(answer) ? (answer.steps ?? answer.entries ?? answer.history) : answer;
  const entries = Array.isArray(list) ? (list as Json[]).flatMap(readEntry) : [];
  return entries.sort((a, b) => b.rev - a.rev);
}

/** The names of a few nodes in a line. */
export function nodeWords(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}

/** `14:05`, or with the day where it was not today. */
export function clock(at: number, now: Date): string {
  if (at === 0) return "";
  const when = new Date(at * 1000);
  const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const today = when.toDateString() === now.toDateString();
  return today ? time : `${when.toLocaleDateString([], { month: "short", day: "numeric" })}, ${time}`;
}
