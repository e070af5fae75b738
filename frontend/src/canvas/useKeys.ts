/** The keys of the canvas. They are left alone while the user writes in a field or a dialog is open. */

import { useEffect, useRef, type RefObject } from "react";
import { useReactFlow } from "@xyflow/react";
import {
  copySelection,
  cutSelection,
  deleteSelection,
  duplicateSelection,
  groupSelection,
  nudge,
  pasteText,
  selectAll,
  toggleCollapsed,
  toggleMode,
  ungroupSelection,
} from "@/canvas/actions";
import { CALM_FIT } from "@/canvas/fit";
import { selectNodes } from "@/canvas/flow";
import { may } from "@/store/access";
import { redo, triggerNode, undo } from "@/store/intents";
import { openDialog } from "@/panels/dialogs";
import { selection } from "@/store/selection";
import { addSearch, libraryOpen, propertiesOpen, setLibraryOpen, setPropertiesOpen } from "@/store/ui";

const WRITES = "input, textarea, select, [contenteditable='true'], [role='dialog'], [role='menu'], [role='listbox']";
const PRESSES = "button, a, [role='tab'], [role='treeitem']";

/** The node that the keyboard has gone to by Tab. */
function focusedNode(target: EventTarget | null): string | null {
  return target instanceof Element && target.matches(".react-flow__node:focus-visible") ? target.getAttribute("data-id") : null;
}

const busy = (target: EventTarget | null): boolean => target instanceof Element && target.closest(WRITES) !== null;

/** `mod` is Ctrl, or Cmd on a Mac. */
function chord(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.shiftKey && key !== "?" && key !== "+" ? "shift+" : ""}${key}`;
}

const run = () => Promise.all(selection.get().nodes.map((id) => triggerNode(id)));

const PLAIN: { [chord: string]: () => unknown } = {
  "mod+z": undo,
  "mod+shift+z": redo,
  "mod+y": redo,
  "mod+a": selectAll,
  "mod+c": copySelection,
  "mod+x": cutSelection,
  "mod+d": duplicateSelection,
  "mod+g": groupSelection,
  "mod+shift+g": ungroupSelection,
  "mod+Enter": run,
  "mod+b": () => setLibraryOpen(!libraryOpen.get()),
  "mod+i": () => setPropertiesOpen(!propertiesOpen.get()),
  Delete: deleteSelection,
  Backspace: deleteSelection,
  Escape: () => selectNodes([]),
  m: () => toggleMode("muted"),
  h: toggleCollapsed,
  ArrowLeft: () => nudge(-10, 0),
  ArrowRight: () => nudge(10, 0),
  ArrowUp: () => nudge(0, -10),
  ArrowDown: () => nudge(0, 10),
};

/** What also somebody who only looks on may do. */
const LOOKING = new Set(["mod+a", "Escape", "?", "f", "+", "-"]);

const allowedNow = (pressed: string): boolean =>
  may("edit") || LOOKING.has(pressed) || (pressed === "mod+Enter" && may("run"));

/** What a browser does with these stays when the canvas has no use for them. */
const NEEDS_SELECTION = new Set(["mod+c", "mod+x", "mod+d", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

export function useCanvasKeys(surface: RefObject<HTMLDivElement | null>): void {
  const { screenToFlowPosition, fitView, zoomIn, zoomOut } = useReactFlow();
  const pointer = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const middle = () => {
      const box = surface.current?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight);
      return { x: box.x + box.width / 2, y: box.y + box.height / 3 };
    };
    const overCanvas = (point: { x: number; y: number } | null) =>
      point !== null && (surface.current?.contains(document.elementFromPoint(point.x, point.y)) ?? false);
    const inside = (point: { x: number; y: number } | null) => (point !== null && overCanvas(point) ? point : middle());
    const search = () => {
      const { x, y } = inside(pointer.current);
      const at = screenToFlowPosition({ x, y });
      addSearch.set({ x, y, pos: [at.x, at.y] });
    };
    const commands: { [chord: string]: () => unknown } = {
      ...PLAIN,
      " ": search,
      Tab: search,
      "?": () => openDialog.set("keys"),
      f: () => fitView(CALM_FIT),
      "+": () => zoomIn({ duration: 120 }),
      "-": () => zoomOut({ duration: 120 }),
    };
    const onKey = (event: KeyboardEvent) => {
      const pressed = chord(event);
      const reached = focusedNode(event.target);
      if (pressed === "Enter" && reached !== null) return selectNodes([reached]);
      const command = commands[pressed];
      if (command === undefined || busy(event.target) || !allowedNow(pressed)) return;
      // Space and Tab belong to what has the focus, where something has it.
      const onPress = event.target instanceof Element && event.target.closest(PRESSES) !== null;
      if ((onPress && (pressed === " " || pressed === "Tab")) || (reached !== null && pressed === "Tab")) return;
      // Without a pointer over the canvas, Tab walks through the editor as through any page.
      if (pressed === "Tab" && !overCanvas(pointer.current)) return;
      if (NEEDS_SELECTION.has(pressed) && selection.get().nodes.length === 0) return;
      event.preventDefault();
      void command();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (busy(event.target) || !may("edit")) return;
      const at = screenToFlowPosition(inside(pointer.current));
      if (pasteText(event.clipboardData?.getData("text/plain") ?? "", [at.x, at.y])) event.preventDefault();
    };
    const onMove = (event: PointerEvent) => {
      pointer.current = { x: event.clientX, y: event.clientY };
    };
    addEventListener("keydown", onKey);
    addEventListener("paste", onPaste);
    addEventListener("pointermove", onMove, { passive: true });
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("paste", onPaste);
      removeEventListener("pointermove", onMove);
    };
  }, [surface, screenToFlowPosition, fitView, zoomIn, zoomOut]);
}
