import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ChevronRight, Plus, Star } from "lucide-react";
import { HoverCard } from "radix-ui";
import type { LibraryNode } from "@/store/types";
import { portLook } from "@/canvas/portLook";
import { startNodeDrag } from "@/panels/drag";
import type { LibraryRow } from "@/panels/libraryRows";
import { Marked } from "@/panels/Marked";
import { NodeCard } from "@/panels/NodeCard";
import { cx } from "@/ui/cx";
import css from "@/panels/Library.module.css";

export interface LibraryTreeProps {
  rows: LibraryRow[];
  favourites: readonly string[];
  onAdd: (nodeId: string) => void;
  onToggle: (shelfKey: string, open: boolean) => void;
  onFavourite: (nodeId: string) => void;
  /** Up from the first row. */
  onLeave: () => void;
}

function mainType(node: LibraryNode): string {
  const port = node.outputs.find((output) => !output.id.startsWith("_trigger")) ?? node.inputs[0];
  return port ? portLook(port.type).colour : "var(--port-any)";
}

interface NodeRowProps extends Pick<LibraryTreeProps, "onAdd" | "onFavourite"> {
  row: Extract<LibraryRow, { kind: "node" }>;
  favourite: boolean;
}

function NodeRow({ row, favourite, onAdd, onFavourite }: NodeRowProps) {
  const { node } = row;
  return (
    <HoverCard.Root openDelay={500} closeDelay={60}>
      <HoverCard.Trigger asChild>
        <div className={css.node} style={{ paddingLeft: 12 + row.depth * 12 }}>
          <i className={css.dot} style={{ background: mainType(node) }} aria-hidden />
          <span className={css.name}>
            <Marked text={node.name} marks={row.marks} />
          </span>
          {row.path && <span className={css.path}>{row.path}</span>}
          <button
            type="button"
            tabIndex={-1}
            className={cx(css.action, favourite && css.starred)}
            aria-label={favourite ? `Remove ${node.name} from favourites` : `Add ${node.name} to favourites`}
            onClick={(event) => (event.stopPropagation(), onFavourite(node.nodeId))}
          >
            <Star size={13} fill={favourite ? "currentColor" : "none"} />
          </button>
          <button
            type="button"
            tabIndex={-1}
            className={css.action}
            aria-label={`Add ${node.name} to the canvas`}
            onClick={(event) => (event.stopPropagation(), onAdd(node.nodeId))}
          >
            <Plus size={14} />
          </button>
        </div>
      </HoverCard.Trigger>
      <HoverCard.Portal>
        <HoverCard.Content side="right" align="start" sideOffset={14} collisionPadding={8} className={css.hover}>
          <NodeCard node={node} />
        </HoverCard.Content>
      </HoverCard.Portal>
    </HoverCard.Root>
  );
}

function ShelfRow({ row }: { row: Extract<LibraryRow, { kind: "shelf" }> }) {
  return (
    <div className={css.shelf} style={{ paddingLeft: 6 + row.depth * 12 }} title={row.description || undefined}>
      <ChevronRight size={14} className={cx(css.chevron, row.open && css.open)} aria-hidden />
      <span className={css.name}>{row.label}</span>
      <span className={css.count}>{row.count}</span>
    </div>
  );
}

/** The row that the keyboard goes to, `way` rows on; captions are skipped. */
function neighbour(rows: LibraryRow[], from: number, way: 1 | -1): number {
  let at = from + way;
  while (rows[at]?.kind === "caption") at += way;
  return rows[at] ? at : -1;
}

function useTreeKeys(props: LibraryTreeProps, focusRow: (at: number) => void) {
  const { rows, onAdd, onToggle, onFavourite, onLeave } = props;
  return (event: KeyboardEvent, at: number) => {
    const row = rows[at];
    if (!row) return;
    const go = (to: number) => (to >= 0 ? focusRow(to) : event.key === "ArrowUp" && onLeave());
    const handlers: Record<string, () => void> = {
      ArrowDown: () => go(neighbour(rows, at, 1)),
      ArrowUp: () => go(neighbour(rows, at, -1)),
      Home: () => go(neighbour(rows, -1, 1)),
      End: () => go(neighbour(rows, rows.length, -1)),
      ArrowRight: () => row.kind === "shelf" && (row.open ? go(neighbour(rows, at, 1)) : onToggle(row.key, true)),
      ArrowLeft: () => (row.kind === "shelf" && row.open ? onToggle(row.key, false) : go(parentOf(rows, at))),
      Enter: () => (row.kind === "node" ? onAdd(row.node.nodeId) : row.kind === "shelf" && onToggle(row.key, !row.open)),
      "*": () => row.kind === "node" && onFavourite(row.node.nodeId),
    };
    const handler = handlers[event.key];
    if (!handler) return;
    event.preventDefault();
    event.stopPropagation();
    handler();
  };
}

function parentOf(rows: LibraryRow[], at: number): number {
  const row = rows[at];
  if (!row || row.kind === "caption" || row.depth === 0) return -1;
  for (let above = at - 1; above >= 0; above -= 1) {
    const candidate = rows[above];
    if (candidate?.kind === "shelf" && candidate.depth < row.depth) return above;
  }
  return -1;
}

export function LibraryTree(props: LibraryTreeProps) {
  const { rows, favourites, onAdd, onToggle, onFavourite } = props;
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const first = neighbour(rows, -1, 1);
  const current = rows[active] && rows[active]?.kind !== "caption" ? active : first;

  function focusRow(at: number): void {
    setActive(at);
    list.current?.querySelector<HTMLElement>(`[data-row="${at}"]`)?.focus();
  }
  const onKey = useTreeKeys(props, focusRow);
  useEffect(() => setActive(first), [rows.length, first]);

  return (
    <div ref={list} role="tree" aria-label="Library" className={css.tree}>
      {rows.map((row, at) =>
        row.kind === "caption" ? (
          <div key={row.key} className={css.caption} role="presentation">
            {row.label}
          </div>
        ) : (
          <div
            key={row.key}
            data-row={at}
            role="treeitem"
            aria-level={row.depth + 1}
            aria-expanded={row.kind === "shelf" ? row.open : undefined}
            aria-label={row.kind === "shelf" ? `${row.label}, ${row.count} nodes` : row.node.name}
            tabIndex={at === current ? 0 : -1}
            className={css.row}
            draggable={row.kind === "node"}
            onDragStart={(event) => row.kind === "node" && startNodeDrag(event, row.node.nodeId)}
            onDoubleClick={() => row.kind === "node" && onAdd(row.node.nodeId)}
            onClick={() => {
              setActive(at);
              if (row.kind === "shelf") onToggle(row.key, !row.open);
            }}
            onKeyDown={(event) => onKey(event, at)}
          >
            {row.kind === "shelf" ? (
              <ShelfRow row={row} />
            ) : (
              <NodeRow row={row} favourite={favourites.includes(row.node.nodeId)} onAdd={onAdd} onFavourite={onFavourite} />
            )}
          </div>
        ),
      )}
    </div>
  );
}
