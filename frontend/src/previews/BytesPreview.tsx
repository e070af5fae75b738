import { Fragment } from "react";
import type { PreviewProps } from "@/previews/types";
import { bytesOfData } from "@/previews/objectUrl";
import { cx } from "@/ui/cx";
import { formatBytes } from "@/widgets/values";
import css from "@/previews/Previews.module.css";

const ROW = { port: 8, body: 8, full: 16 };
const ROWS = { port: 1, body: 10, full: 512 };

export interface HexRow {
  offset: string;
  hex: string;
  ascii: string;
}

export function hexRows(bytes: Uint8Array, width: number, rows: number): HexRow[] {
  const count = Math.min(rows, Math.ceil(bytes.length / width));
  return Array.from({ length: count }, (_, row) => {
    const part = [...bytes.subarray(row * width, (row + 1) * width)];
    return {
      offset: (row * width).toString(16).padStart(6, "0"),
      hex: part.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
      ascii: part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join(""),
    };
  });
}

export function BytesPreview({ data, size, complete = true }: PreviewProps) {
  const bytes = bytesOfData(data) ?? new Uint8Array();
  const rows = hexRows(bytes, ROW[size], ROWS[size]);
  const count = `${complete ? "" : "first "}${formatBytes(bytes.length)}`;
  if (size === "port") return <span className={css.line}>{`${count} · ${rows[0]?.hex ?? "empty"}`}</span>;
  return (
    <div className={cx(size === "body" && css.body)}>
      <div className={css.hex}>
        {rows.map((row) => (
          <Fragment key={row.offset}>
            <span className={css.offset}>{row.offset}</span>
            <span>{row.hex}</span>
            <span className={css.ascii}>{row.ascii}</span>
          </Fragment>
        ))}
      </div>
      <div className={css.more} style={{ paddingInline: 0 }}>
        {count}
        {rows.length * ROW[size] < bytes.length && ", more is not shown"}
      </div>
    </div>
  );
}
