/** A value as a file that other programs open: tables as CSV, pictures as pictures, the rest as JSON or text. */

import type { PreviewKind } from "@/previews/choose";
import { bytesOfData } from "@/previews/objectUrl";
import { toTable } from "@/previews/tableModel";
import { describe, isNoValue, wireToText } from "@/widgets/values";

export interface ValueFile {
  name: string;
  mime: string;
  content: string | Uint8Array;
}

const CSV_SPECIAL = /[",\n\r]/;

function csvCell(value: unknown): string {
  if (value === null || value === undefined || isNoValue(value)) return "";
  const text = typeof value === "number" ? String(value) : (wireToText(value) ?? describe(value, 32_000));
  return CSV_SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table as CSV; null for what is none. */
export function toCsv(data: unknown): string | null {
  const table = toTable(data);
  if (table === null) return null;
  const rows = [table.columns.map((column) => column.label), ...table.rows];
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

/** A name that every file system takes. */
export function safeName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "") || "value";
}

function extension(mime: string): string {
  const type = mime.slice(mime.indexOf("/") + 1).split(/[;+]/)[0] ?? "";
  return type === "jpeg" ? "jpg" : type;
}

/** The file of a value, or null where it has to be fetched as it is. */
export function valueFile(kind: PreviewKind, mime: string, data: unknown, name: string): ValueFile | null {
  const base = safeName(name);
  switch (kind) {
    case "none":
      return null;
    case "svg":
    case "image":
    case "bytes": {
      const bytes = bytesOfData(data);
      const end = kind === "bytes" ? "bin" : kind === "svg" ? "svg" : extension(mime);
      return bytes === null || bytes.length === 0 ? null : { name: `${base}.${end}`, mime, content: bytes };
    }
    case "text":
      return { name: `${base}.txt`, mime: "text/plain", content: wireToText(data) ?? "" };
    case "table": {
      const csv = toCsv(data);
      return csv === null ? null : { name: `${base}.csv`, mime: "text/csv", content: csv };
    }
    default:
      return { name: `${base}.json`, mime: "application/json", content: JSON.stringify(data, null, 2) };
  }
}

/** Hands a file, or an address of the same origin, to the browser to save. */
export function save(source: ValueFile | string): void {
  const link = document.createElement("a");
  if (typeof source === "string") {
    link.href = source;
    link.download = "";
    link.click();
    return;
  }
  const url = URL.createObjectURL(new Blob([source.content as BlobPart], { type: source.mime }));
  link.href = url;
  link.download = source.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
