/** Tables as columns and rows, whichever way they arrived, with widths, order and alignment. */

import { type TableData, tableOf } from "@/previews/choose";
import { decimalsOf, numberOf } from "@/widgets/numbers";
import { describe, isNoValue, isPlainObject, tagged } from "@/widgets/values";

/** Rows that are looked at to tell a column's width and kind. */
const SAMPLE = 60;
const MAX_DECIMALS = 4;
const CHAR_PX = 7.5;
const PAD_PX = 22;
const MIN_PX = 44;
const MAX_PX = 300;

export interface Column {
  label: string;
  numeric: boolean;
  /** Digits after the point that every number of the column is shown with; null where they differ too much. */
  decimals: number | null;
  widthPx: number;
}

export interface TableModel {
  columns: Column[];
  index: string[];
  indexPx: number;
  rows: unknown[][];
  total: number;
}

/** How a cell reads; nothing is a dash, and the points of a column stand below each other. */
export function cellText(value: unknown, decimals: number | null = null): string {
  if (value === null || value === undefined || isNoValue(value)) return "–";
  if (typeof value === "number" && decimals !== null) return value.toFixed(decimals);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)));
  return describe(value, 200);
}

function isNumber(value: unknown): boolean {
  return numberOf(value) !== null || tagged(value)?.tag === "float";
}

/** Columns of short fractions share their digits; whole numbers and long fractions stay as they are. */
function sharedDecimals(cells: unknown[]): number | null {
  const numbers = cells.filter((cell) => typeof cell === "number");
  const most = Math.max(0, ...numbers.map(decimalsOf));
  const small = numbers.every((number) => Math.abs(number) < 1e9);
  return most > 0 && most <= MAX_DECIMALS && small ? most : null;
}

function column(label: string, at: number, rows: unknown[][]): Column {
  const cells = rows.slice(0, SAMPLE).map((row) => row[at]);
  const full = cells.filter((cell) => cell !== null && cell !== undefined && !isNoValue(cell));
  const numeric = full.length > 0 && full.every(isNumber);
  const decimals = numeric ? sharedDecimals(full) : null;
  const longest = Math.max(label.length, ...cells.map((cell) => cellText(cell, decimals).length));
  return {
    label,
    numeric,
    decimals,
    widthPx: Math.round(Math.min(MAX_PX, Math.max(MIN_PX, longest * CHAR_PX + PAD_PX))),
  };
}

/** Columns and rows with everything that is needed to draw them. */
export function modelOf(data: TableData): TableModel {
  const labels = data.columns.map((label) => (typeof label === "string" ? label : describe(label)));
  const index = data.rows.map((_, at) => (at < data.index.length ? cellText(data.index[at]) : String(at)));
  const longest = Math.max(2, ...index.slice(-SAMPLE).map((text) => text.length));
  return {
    columns: labels.map((label, at) => column(label, at, data.rows)),
    index,
    indexPx: Math.min(200, Math.round(longest * CHAR_PX + 30)),
    rows: data.rows,
    total: data.total,
  };
}

/** One row as it is drawn. */
export interface GridRow {
  label: string;
  cells: readonly unknown[];
}

/** A row of a table by its place, where there is one. */
export function rowOf(model: TableModel, at: number | undefined): GridRow | undefined {
  const cells = at === undefined ? undefined : model.rows[at];
  return cells && { label: model.index[at ?? 0] ?? "", cells };
}

/** A list of dicts as a table: the union of their keys, in the order in which they first occur. */
function fromRecords(records: Record<string, unknown>[]): TableData {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) => columns.map((name) => (name in record ? record[name] : null)));
  return { columns, index: [], rows, total: rows.length };
}

/** A table frame, a list of dicts or a list of rows as a table; null for everything else. */
export function toTable(data: unknown): TableModel | null {
  const frame = tableOf(data);
  if (frame) return modelOf(frame);
  if (!Array.isArray(data) || data.length === 0) return null;
  if (data.every((item) => isPlainObject(item) && tagged(item) === null)) return modelOf(fromRecords(data));
  if (!data.every(Array.isArray)) return null;
  const width = Math.max(...data.map((row: unknown[]) => row.length));
  const columns = Array.from({ length: width }, (_, at) => String(at));
  return modelOf({ columns, index: [], rows: data, total: data.length });
}

export interface Sorting {
  column: number;
  descending: boolean;
}

/** What a click on a column's head makes of the order: up, down, and back to how the rows came. */
export function nextSorting(now: Sorting | null, column: number): Sorting | null {
  if (now?.column !== column) return { column, descending: false };
  return now.descending ? null : { column, descending: true };
}

function compare(a: unknown, b: unknown): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  return cellText(a).localeCompare(cellText(b), undefined, { numeric: true });
}

/** The row numbers in the wanted order; empty cells come last either way. */
export function sortedOrder(rows: unknown[][], sorting: Sorting | null): number[] {
  const order = rows.map((_, at) => at);
  if (!sorting) return order;
  const { column: at, descending } = sorting;
  const missing = (row: number) => (cellText(rows[row]?.[at]) === "–" ? 1 : 0);
  return order.sort((a, b) => {
    const gap = missing(a) - missing(b);
    if (gap !== 0) return gap;
    const way = compare(rows[a]?.[at], rows[b]?.[at]);
    return descending ? -way : way;
  });
}

/** Rows of which any cell holds the text. */
export function matchingRows(model: TableModel, order: number[], query: string): number[] {
  const low = query.trim().toLowerCase();
  if (low === "") return order;
  return order.filter((row) => model.rows[row]?.some((cell) => cellText(cell).toLowerCase().includes(low)));
}
