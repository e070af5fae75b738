/** Which preview shows a value: by its mime type, what it was asked to be, and its shape. */

import { isNoValue, isPlainObject, tagged } from "@/widgets/values";

export type PreviewKind =
  | "none"
  | "text"
  | "number"
  | "boolean"
  | "json"
  | "table"
  | "image"
  | "svg"
  | "bytes"
  | "error";

export type PreviewSize = "port" | "body" | "full";

export const TABLE_MIME = "application/vnd.funcnodes.table+json";

export interface TableData {
  columns: unknown[];
  index: unknown[];
  rows: unknown[][];
  total: number;
}

/** The payload of a table frame in a shape that views can rely on, or null when it is none. */
export function tableOf(data: unknown): TableData | null {
  if (!isPlainObject(data) || !Array.isArray(data.columns) || !Array.isArray(data.rows)) return null;
  const rows = data.rows.filter(Array.isArray) as unknown[][];
  const total = typeof data.total === "number" ? data.total : rows.length;
  return { columns: data.columns, index: Array.isArray(data.index) ? data.index : [], rows, total };
}

function kindOfValue(value: unknown): PreviewKind {
  if (isNoValue(value) || value === null) return "none";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "text";
  switch (tagged(value)?.tag) {
    case "int":
    case "float":
      return "number";
    case "str":
    case "enum":
      return "text";
    case "bytes":
      return "bytes";
    default:
      return "json";
  }
}

function kindOfMime(mime: string, data: unknown): PreviewKind {
  if (mime === TABLE_MIME) return tableOf(data) ? "table" : "json";
  if (mime.startsWith("image/svg")) return "svg";
  if (mime.startsWith("image/")) return "image";
  if (mime === "application/octet-stream") return "bytes";
  if (mime === "application/vnd.funcnodes.error+json") return "error";
  return mime.startsWith("text/") ? "text" : kindOfValue(data);
}

/** Chooses a preview; `wanted` is the author's render type for the port, if any. */
export function choosePreview(mime: string | null | undefined, data: unknown, wanted?: unknown): PreviewKind {
  if (isNoValue(data)) return "none";
  const kind = mime ? kindOfMime(mime, data) : kindOfValue(data);
  if (wanted === "svg" && kind === "text") return "svg";
  return kind;
}
