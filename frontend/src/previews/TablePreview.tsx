import { useMemo, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { TABLE_MIME } from "@/previews/choose";
import { JsonPreview } from "@/previews/JsonPreview";
import { type Sorting, type TableModel, cellText, matchingRows, sortedOrder, toTable } from "@/previews/tableModel";
import type { PreviewProps } from "@/previews/types";
import { SearchField } from "@/ui/TextField";
import { cx } from "@/ui/cx";
import { readableNumber } from "@/widgets/numbers";
import lines from "@/previews/Previews.module.css";
import css from "@/previews/TablePreview.module.css";

const ROW_PX = { body: 22, full: 27 };
/** A node's body sets its tables smaller, so its columns need less. */
const SCALE = { body: 0.84, full: 1 };
/** Wide tables are cut in a node's body; the dialog shows every column. */
const BODY_COLUMNS = 40;

interface GridProps {
  model: TableModel;
  order: number[];
  size: "body" | "full";
  sorting: Sorting | null;
  onSort?: (column: number) => void;
  label: string;
}

function Head({ model, sorting, onSort, template }: Pick<GridProps, "model" | "sorting" | "onSort"> & { template: string }) {
  return (
    <div className={css.head} role="row" style={{ gridTemplateColumns: template }}>
      <span className={cx(css.cell, css.index)} role="columnheader" aria-label="Row" />
      {model.columns.map((column, at) => {
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

function Cells({ model, row }: { model: TableModel; row: number }) {
  return (
    <>
      <span className={cx(css.cell, css.index)} role="rowheader">
        {model.index[row]}
      </span>
      {model.columns.map((column, at) => {
        const text = cellText(model.rows[row]?.[at], column.decimals);
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
function Grid({ model, order, size, sorting, onSort, label }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX[size],
    overscan: 12,
    initialRect: { width: 400, height: 240 },
  });
  const widths = [model.indexPx, ...model.columns.map((column) => column.widthPx)].map((px) => Math.round(px * SCALE[size]));
  const template = widths.map((px, at) => (at === 0 ? `${px}px` : `minmax(${px}px, ${size === "body" ? "1fr" : `${Math.round(px * 1.6)}px`})`)).join(" ");
  const width = widths.reduce((sum, px) => sum + px, 0);
  return (
    <div ref={scroller} className={cx(css.scroller, css[size])} tabIndex={0} role="table" aria-label={label} aria-rowcount={model.total}>
      <div style={{ minWidth: width }}>
        <Head model={model} sorting={sorting} onSort={onSort} template={template} />
        <div role="rowgroup" style={{ position: "relative", height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              className={css.row}
              style={{ gridTemplateColumns: template, height: ROW_PX[size], transform: `translateY(${item.start}px)` }}
            >
              <Cells model={model} row={order[item.index] ?? 0} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function dimensions(model: TableModel): string {
  const rows = `${readableNumber(model.total)} ${model.total === 1 ? "row" : "rows"}`;
  return `${rows} × ${model.columns.length} ${model.columns.length === 1 ? "column" : "columns"}`;
}

function nextSorting(now: Sorting | null, column: number): Sorting | null {
  if (now?.column !== column) return { column, descending: false };
  return now.descending ? null : { column, descending: true };
}

function FullTable({ model, label }: { model: TableModel; label: string }) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [query, setQuery] = useState("");
  const sorted = useMemo(() => sortedOrder(model.rows, sorting), [model, sorting]);
  const order = useMemo(() => matchingRows(model, sorted, query), [model, sorted, query]);
  const partial = model.rows.length < model.total;
  return (
    <div className={css.table}>
      <div className={css.bar}>
        <span>{dimensions(model)}</span>
        {partial && <span className={css.partial}>first {readableNumber(model.rows.length)} rows shown</span>}
        {query !== "" && <span>{readableNumber(order.length)} match</span>}
        <SearchField size="sm" className={css.find} value={query} onChange={setQuery} placeholder="Find in table" aria-label="Find in table" />
      </div>
      <Grid model={model} order={order} size="full" sorting={sorting} onSort={(at) => setSorting(nextSorting(sorting, at))} label={label} />
    </div>
  );
}

export function TablePreview(props: PreviewProps) {
  const { data, size, port } = props;
  const model = useMemo(() => (size === "port" ? null : toTable(data)), [data, size]);
  if (size === "port") {
    const small = toTable(data);
    return <span className={cx(lines.line, lines.number)}>{small ? dimensions(small) : "table"}</span>;
  }
  if (model === null) return <JsonPreview {...props} mime={TABLE_MIME} />;
  const label = port ? `Table ${port.name}` : "Table";
  if (size === "full") return <FullTable model={model} label={label} />;
  const cut = { ...model, columns: model.columns.slice(0, BODY_COLUMNS) };
  return (
    <div className={css.table}>
      <Grid model={cut} order={model.rows.map((_, at) => at)} size="body" sorting={null} label={label} />
      <div className={css.count}>{dimensions(model)}</div>
    </div>
  );
}
