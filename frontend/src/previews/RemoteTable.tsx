import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { CommandError, currentLink } from "@/store/session";
import type { PortRecord } from "@/store/types";
import type { TableWindow } from "@/protocol/wire";
import { LocalTable } from "@/previews/LocalTable";
import { TableBar } from "@/previews/TableBar";
import { TableGrid } from "@/previews/TableGrid";
import { type Sorting, type TableModel, modelOf, nextSorting, rowOf } from "@/previews/tableModel";
import { TablePages } from "@/previews/tablePages";
import { readableNumber } from "@/widgets/numbers";
import css from "@/previews/TablePreview.module.css";

/** Browsers draw nothing taller than some 33 million pixels. */
const MOST_ROWS = 1_000_000;
const TYPING_MS = 250;

interface Shown {
  model: TableModel;
  pages: TablePages;
  searched: boolean;
}

function readWindow(port: PortRecord, sorting: Sorting | null, search: string, offset: number, limit: number): Promise<TableWindow> {
  const { node, id, isInput } = port;
  const io_type = isInput ? "input" : "output";
  const sort = sorting === null ? [] : [{ column: sorting.column, descending: sorting.descending }];
  return currentLink().call("get_table", { uuid: node, io_id: id, io_type, offset, limit, sort, search }) as unknown as Promise<TableWindow>;
}

/** Columns keep their widths while rows change their order. */
function withColumnsOf(before: TableModel | undefined, model: TableModel): TableModel {
  const same = before?.columns.length === model.columns.length && before.columns.every(({ label }, at) => label === model.columns[at]?.label);
  return same ? { ...model, columns: before.columns, indexPx: Math.max(before.indexPx, model.indexPx) } : model;
}

/** The pages of the port's table in an order; the ones before are shown until the first has come. */
function usePages(port: PortRecord, sorting: Sorting | null, search: string, first: TableModel) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const latest = useRef<TableModel>(first);
  const { node, id, isInput, version } = port;
  useEffect(() => {
    let gone = false;
    const fail = (error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      if (!gone) setFailure(error.message);
    };
    const ask = (offset: number, limit: number) => readWindow(port, sorting, search, offset, limit);
    const pages = new TablePages(ask, redraw, fail);
    pages.start().then((window) => {
      if (gone) return;
      latest.current = withColumnsOf(latest.current, modelOf({ ...window, rows: window.rows as unknown[][] }));
      setShown({ model: latest.current, pages, searched: search !== "" });
      setFailure(null);
    }, fail);
    return () => {
      gone = true;
      pages.stop();
    };
    // `port` itself changes with every event about it
  }, [node, id, isInput, version, sorting, search]); // eslint-disable-line react-hooks/exhaustive-deps
  return { shown, failure };
}

function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later.trim();
}

export interface RemoteTableProps {
  port: PortRecord;
  /** The first rows, which the port shows already. */
  first: TableModel;
  label: string;
}

/** A table that is larger than what the editor holds: the worker sorts and searches, and sends the rows in sight. */
export function RemoteTable({ port, first, label }: RemoteTableProps) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [query, setQuery] = useState("");
  const { shown, failure } = usePages(port, sorting, useLater(query), first);
  const pages = shown?.pages;
  const onSight = useCallback((from: number, to: number) => pages?.want(from, to), [pages]);
  if (failure !== null && shown === null) return <LocalTable model={first} label={label} note="Only the first rows can be shown here." />;
  const model = shown?.model ?? first;
  const matching = pages?.matching ?? first.total; // blank until they come, but to be scrolled to at once
  return (
    <div className={css.table}>
      <TableBar total={model.total} width={model.columns.length} matching={shown?.searched ? matching : null} query={query} onQuery={setQuery}>
        {failure !== null && <span className={css.partial}>{failure}</span>}
        {matching > MOST_ROWS && <span className={css.partial}>first {readableNumber(MOST_ROWS)} rows shown</span>}
      </TableBar>
      <TableGrid
        columns={model.columns}
        indexPx={model.indexPx}
        count={Math.min(matching, MOST_ROWS)}
        rowAt={(at) => (pages ? pages.row(at) : rowOf(first, at))}
        onSight={onSight}
        total={model.total}
        size="full"
        sorting={sorting}
        onSort={(at) => setSorting(nextSorting(sorting, at))}
        label={label}
      />
    </div>
  );
}
