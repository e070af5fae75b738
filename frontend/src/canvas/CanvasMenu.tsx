/** The menu on a right click: of a node, of several, of a wire, of the empty canvas. */

import { useMemo, useState, type MouseEvent, type ReactNode } from "react";
import { useReactFlow, type Edge, type Node } from "@xyflow/react";
import {
  copySelection,
  cutSelection,
  deleteSelection,
  duplicateSelection,
  groupSelection,
  selectAll,
  toggleCollapsed,
  toggleMode,
  ungroupSelection,
} from "@/canvas/actions";
import { CALM_FIT } from "@/canvas/fit";
import { selectNodes } from "@/canvas/flow";
import { edges, nodes } from "@/store/graph";
import { disconnect, runStale, triggerNode, why } from "@/store/intents";
import { selection } from "@/store/selection";
import { addSearch, notify, viewedError } from "@/store/ui";
import { Menu, type MenuEntry } from "@/ui";

interface Opened {
  x: number;
  y: number;
  items: MenuEntry[];
}

async function explain(uuid: string): Promise<void> {
  const answer = await why(uuid);
  if (answer !== undefined) notify("info", answer.text);
}

function nodeEntries(id: string): MenuEntry[] {
  const node = nodes.get(id);
  const several = selection.get().nodes.length > 1;
  const single: MenuEntry[] = several
    ? []
    : [
        { label: "Why does it (not) run?", onSelect: () => void explain(id) },
        ...(node?.error ? [{ label: "Show the error", onSelect: () => viewedError.set(id) }] : []),
      ];
  return [
    { label: "Run", keys: "Ctrl+Enter", onSelect: () => selection.get().nodes.forEach((uuid) => void triggerNode(uuid)) },
    { label: "Run with what is out of date before it", onSelect: () => selection.get().nodes.forEach((uuid) => void runStale(uuid)) },
    ...single,
    "---",
    { label: "Copy", keys: "Ctrl+C", onSelect: () => void copySelection() },
    { label: "Cut", keys: "Ctrl+X", onSelect: () => void cutSelection() },
    { label: "Duplicate", keys: "Ctrl+D", onSelect: () => void duplicateSelection() },
    "---",
    { label: "Group", keys: "Ctrl+G", onSelect: () => void groupSelection() },
    { label: "Ungroup", keys: "Ctrl+Shift+G", onSelect: () => void ungroupSelection() },
    { label: node?.collapsed ? "Unfold" : "Fold", keys: "H", onSelect: () => void toggleCollapsed() },
    { label: node?.mode === "muted" ? "Unmute" : "Mute", keys: "M", onSelect: () => void toggleMode("muted") },
    { label: node?.mode === "bypassed" ? "Stop bypassing" : "Bypass", onSelect: () => void toggleMode("bypassed") },
    "---",
    { label: "Delete", keys: "Delete", danger: true, onSelect: () => void deleteSelection() },
  ];
}

function wireEntries(id: string): MenuEntry[] {
  const record = edges.get(id);
  if (record === undefined) return [];
  return [
    { label: "Select both ends", onSelect: () => selectNodes([record.src, record.dst]) },
    { label: "Delete", keys: "Delete", danger: true, onSelect: () => void disconnect(record) },
  ];
}

export function useContextMenu() {
  const { screenToFlowPosition, fitView } = useReactFlow();
  const [opened, setOpened] = useState<Opened | null>(null);
  const handlers = useMemo(() => {
    const open = (event: MouseEvent | globalThis.MouseEvent, items: MenuEntry[]) => {
      event.preventDefault();
      setOpened({ x: event.clientX, y: event.clientY, items });
    };
    return {
      onNodeContextMenu: (event: MouseEvent, node: Node) => {
        if (node.type !== "node") return;
        if (!node.selected) selectNodes([node.id]);
        open(event, nodeEntries(node.id));
      },
      onSelectionContextMenu: (event: MouseEvent) => {
        const first = selection.get().nodes[0];
        if (first !== undefined) open(event, nodeEntries(first));
      },
      onEdgeContextMenu: (event: MouseEvent, edge: Edge) => open(event, wireEntries(edge.id)),
      onPaneContextMenu: (event: MouseEvent | globalThis.MouseEvent) => {
        const { clientX: x, clientY: y } = event;
        const at = screenToFlowPosition({ x, y });
        open(event, [
          // Once the menu has closed: its closing takes the focus.
          { label: "Add a node", keys: "Space", onSelect: () => setTimeout(() => addSearch.set({ x, y, pos: [at.x, at.y] }), 30) },
          "---",
          { label: "Select all", keys: "Ctrl+A", onSelect: selectAll },
          { label: "Show everything", keys: "F", onSelect: () => void fitView(CALM_FIT) },
          { label: "Run what is out of date", onSelect: () => void runStale() },
        ]);
      },
    };
  }, [screenToFlowPosition, fitView]);

  const layer: ReactNode = opened && (
    <Menu
      key={`${opened.x},${opened.y}`}
      open
      onOpenChange={(open) => !open && setOpened(null)}
      trigger={<span aria-hidden style={{ position: "fixed", left: opened.x, top: opened.y, width: 0, height: 0 }} />}
      items={opened.items}
    />
  );
  return { handlers, layer };
}
