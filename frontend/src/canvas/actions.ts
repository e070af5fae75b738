/** What keys and menus do with the selection. */

import { flowNodes, selectNodes } from "@/canvas/flow";
import { edges, groupOf, nodes } from "@/store/graph";
import {
  copyNodes,
  disconnectAll,
  groupNodes,
  layoutNodes,
  pasteNodes,
  removeGroup,
  removeNodes,
  setNodeMode,
} from "@/store/intents";
import type { Fragment } from "@/protocol/types.gen";
import { selection } from "@/store/selection";
import type { NodeMode } from "@/store/types";
import { notify, revealed } from "@/store/ui";

const MARK = "funcnodes";

export function selectAll(): void {
  selectNodes(nodes.keys());
}

/** Selects nodes and brings them on the screen. */
export function revealNodes(ids: readonly string[]): void {
  selectNodes(ids);
  revealed.set([...ids]); // also when they are asked for again
}

export async function deleteSelection(): Promise<void> {
  const { nodes: chosen, edges: wires, groups } = selection.get();
  const records = wires.map((id) => edges.get(id)).filter((edge) => edge !== undefined);
  const inNodes = new Set(chosen);
  const loose = records.filter((edge) => !inNodes.has(edge.src) && !inNodes.has(edge.dst));
  if (loose.length > 0) await disconnectAll(loose);
  if (chosen.length > 0) await removeNodes(chosen);
  for (const id of groups) await removeGroup(id);
}

/** The selection as text in the clipboard, so that it can go to another worker or into a mail. */
export async function copySelection(): Promise<boolean> {
  const chosen = selection.get().nodes;
  if (chosen.length === 0) return false;
  const fragment = await copyNodes(chosen);
  if (fragment === undefined) return false;
  try {
    await navigator.clipboard.writeText(JSON.stringify({ [MARK]: "fragment", fragment }));
  } catch {
    notify("error", "The browser does not let this page write to the clipboard");
    return false;
  }
  return true;
}

export async function cutSelection(): Promise<void> {
  if (await copySelection()) await deleteSelection();
}

/** False when the text is no copied piece of graph. */
export function pasteText(text: string, pos: [number, number]): boolean {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof read !== "object" || read === null || !(MARK in read) || !("fragment" in read)) return false;
  void paste(read.fragment as Fragment, pos);
  return true;
}

async function paste(fragment: Fragment, pos: [number, number]): Promise<void> {
  const made = await pasteNodes(fragment, pos);
  if (made !== undefined) selectNodes(made.uuids);
}

export async function duplicateSelection(): Promise<void> {
  const chosen = selection.get().nodes;
  const fragment = chosen.length === 0 ? undefined : await copyNodes(chosen);
  if (fragment === undefined) return;
  const drawn = flowNodes.get().filter((node) => chosen.includes(node.id));
  const x = Math.min(...drawn.map((node) => node.position.x));
  const y = Math.min(...drawn.map((node) => node.position.y));
  await paste(fragment, [x + 32, y + 32]);
}

export async function groupSelection(): Promise<void> {
  const chosen = selection.get().nodes;
  if (chosen.length > 0) await groupNodes(chosen);
}

export async function ungroupSelection(): Promise<void> {
  const { nodes: chosen, groups } = selection.get();
  const ids = new Set(groups);
  for (const node of chosen) {
    const group = groupOf(node);
    if (group !== undefined) ids.add(group.id);
  }
  for (const id of ids) await removeGroup(id);
}

export async function toggleMode(mode: NodeMode): Promise<void> {
  const chosen = selection.get().nodes;
  const all = chosen.every((id) => nodes.get(id)?.mode === mode);
  await Promise.all(chosen.map((id) => setNodeMode(id, all ? "active" : mode)));
}

export async function toggleCollapsed(): Promise<void> {
  const chosen = selection.get().nodes;
  const all = chosen.every((id) => nodes.get(id)?.collapsed);
  if (chosen.length > 0) await layoutNodes(new Map(chosen.map((id) => [id, { collapsed: !all }])));
}

/** Moves the selection by keys. */
export async function nudge(dx: number, dy: number): Promise<void> {
  const layouts = new Map<string, { pos: [number, number] }>();
  for (const id of selection.get().nodes) {
    const node = nodes.get(id);
    if (node !== undefined) layouts.set(id, { pos: [node.pos[0] + dx, node.pos[1] + dy] });
  }
  if (layouts.size > 0) await layoutNodes(layouts);
}
