import { useEffect, useRef } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type Column, type GridRow, type Sorting, cellText } from "@/previews/tableModel";
import { cx } from "@/ui/cx";
import css from "@/previews/TablePreview.module.css";

const ROW_PX = { body: 22, full: 27 };
/** A node's body sets its tables smaller, so its columns need less. */
const SCALE = { body: 0.84, full: 1 };

export interface GridProps {
  columns: Column[];
  indexPx: number;
  /** How many rows there are to scroll through. */
  count: number;
  /** A row by its place; undefined while it is on its way. */
  rowAt: (at: number) => GridRow | undefined;
  /** Told which rows are in sight. */
  onSight?: (first: number, last: number) => void;
  total: number;
  size: "body" | "full";
  sorting: Sorting | null;
  onSort?: (column: number) => void;
  label: string;
}

function Head({ columns, sorting, onSort, template }: Pick<GridProps, "columns" | "sorting" | "onSort"> & { template: string }) {
  return (
    <div className={css.head} role="row" style={{ gridTemplateColumns: template }}>
      <span className={cx(css.cell, css.index)} role="columnheader" aria-label="Row" />
      {columns.map((column, at) => {
        const sorted = sorting?.column === at ? (sorting.descending ? "descending" : "ascending") : undefined;
        const text = <span className={css.label}>{column.label}</span>;
        return (
          <span key={at} role="columnheader" aria-sort={sorted} className={cx(css.cell, column.numeric && css.numeric)} title={column.label}>
            {onSort ? (
              <button type="button" className={css.sort} onClick={() => onSort(at)}>
                {text}
                {sorted === "ascending" && <ArrowUp size={11} aria-hidden />}
                {sorted === "descending" && <ArrowDown size={11} aria-hidden />}
              </button>
            ) : (
              text
            )}
          </span>
        );
      })}
    </div>
  );
}

function Cells({ columns, row }: { columns: Column[]; row: GridRow | undefined }) {
  return (
    <>
      <span className={cx(css.cell, css.index)} role="rowheader">
        {row?.label}
      </span>
      {columns.map((column, at) => {
        const text = row === undefined ? "" : cellText(row.cells[at], column.decimals);
        const className = cx(css.cell, column.numeric && css.numeric, text === "–" && css.missing);
        return (
          <span key={at} role="cell" className={className} title={text.length > 24 ? text : undefined}>
            {text}
          </span>
        );
      })}
    </>
  );
}

/** Only the rows in sight exist, so a table of a million rows scrolls like one of ten. */
export function TableGrid({ columns, indexPx, count, rowAt, onSight, total, size, sorting, onSort, label }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX[size],
    overscan: 12,
    initialRect: { width: 400, height: 240 },
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items[items.length - 1]?.index ?? -1;
  useEffect(() => onSight?.(first, last), [onSight, first, last]);
  const widths = [indexPx, ...columns.map((column) => column.widthPx)].map((px) => Math.round(px * SCALE[size]));
  const template = widths.map((px, at) => (at === 0 ? `${px}px` : `minmax(${px}px, ${size === "body" ? "1fr" : `${Math.round(px * 1.6)}px`})`)).join(" ");
  const width = widths.reduce((sum, px) => sum + px, 0);
  return (
    <div ref={scroller} className={cx(css.scroller, css[size])} tabIndex={0} role="table" aria-label={label} aria-rowcount={total}>
      <div style={{ minWidth: width }}>
        <Head columns={columns} sorting={sorting} onSort={onSort} template={template} />
        <div role="rowgroup" style={{ position: "relative", height: rows.getTotalSize() }}>
          {items.map((item) => {
            const row = rowAt(item.index);
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-busy={row === undefined || undefined}
                className={css.row}
                style={{ gridTemplateColumns: template, height: ROW_PX[size], transform: `translateY(${item.start}px)` }}
              >
                <Cells columns={columns} row={row} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
