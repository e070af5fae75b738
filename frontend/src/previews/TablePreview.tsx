import { useMemo } from "react";
import { TABLE_MIME } from "@/previews/choose";
import { JsonPreview } from "@/previews/JsonPreview";
import { LocalTable } from "@/previews/LocalTable";
import { RemoteTable } from "@/previews/RemoteTable";
import { dimensions } from "@/previews/TableBar";
import { TableGrid } from "@/previews/TableGrid";
import { rowOf, toTable } from "@/previews/tableModel";
import type { PreviewProps } from "@/previews/types";
import { cx } from "@/ui/cx";
import lines from "@/previews/Previews.module.css";
import css from "@/previews/TablePreview.module.css";

/** Wide tables are cut in a node's body; the dialog shows every column. */
const BODY_COLUMNS = 40;

export function TablePreview(props: PreviewProps) {
  const { data, size, port, complete } = props;
  const model = useMemo(() => (size === "port" ? null : toTable(data)), [data, size]);
  if (size === "port") {
    const small = toTable(data);
    return <span className={cx(lines.line, lines.number)}>{small ? dimensions(small.total, small.columns.length) : "table"}</span>;
  }
  if (model === null) return <JsonPreview {...props} mime={TABLE_MIME} />;
  const label = port ? `Table ${port.name}` : "Table";
  if (size === "full" && port && complete === false) return <RemoteTable port={port} first={model} label={label} />;
  if (size === "full") return <LocalTable model={model} label={label} />;
  return (
    <div className={css.table}>
      <TableGrid
        columns={model.columns.slice(0, BODY_COLUMNS)}
        indexPx={model.indexPx}
        count={model.rows.length}
        rowAt={(at) => rowOf(model, at)}
        total={model.total}
        size="body"
        sorting={null}
        label={label}
      />
      <div className={css.count}>{dimensions(model.total, model.columns.length)}</div>
    </div>
  );
}
