import { useMemo, useState } from "react";
import { TableBar } from "@/previews/TableBar";
import { TableGrid } from "@/previews/TableGrid";
import { type Sorting, type TableModel, matchingRows, nextSorting, rowOf, sortedOrder } from "@/previews/tableModel";
import { readableNumber } from "@/widgets/numbers";
import css from "@/previews/TablePreview.module.css";

/** A table whose rows are all here. */
export function LocalTable({ model, label, note }: { model: TableModel; label: string; note?: string }) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [query, setQuery] = useState("");
  const sorted = useMemo(() => sortedOrder(model.rows, sorting), [model, sorting]);
  const order = useMemo(() => matchingRows(model, sorted, query), [model, sorted, query]);
  const partial = model.rows.length < model.total;
  return (
    <div className={css.table}>
      <TableBar total={model.total} width={model.columns.length} matching={query === "" ? null : order.length} query={query} onQuery={setQuery}>
        {partial && <span className={css.partial}>{note ?? `first ${readableNumber(model.rows.length)} rows shown`}</span>}
      </TableBar>
      <TableGrid
        columns={model.columns}
        indexPx={model.indexPx}
        count={order.length}
        rowAt={(at) => rowOf(model, order[at])}
        total={model.total}
        size="full"
        sorting={sorting}
        onSort={(at) => setSorting(nextSorting(sorting, at))}
        label={label}
      />
    </div>
  );
}
