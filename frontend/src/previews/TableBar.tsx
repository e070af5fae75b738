import type { ReactNode } from "react";
import { SearchField } from "@/ui/TextField";
import { readableNumber } from "@/widgets/numbers";
import css from "@/previews/TablePreview.module.css";

export function dimensions(total: number, width: number): string {
  return `${readableNumber(total)} ${total === 1 ? "row" : "rows"} × ${width} ${width === 1 ? "column" : "columns"}`;
}

export interface TableBarProps {
  total: number;
  width: number;
  /** How many rows match the search; null without one. */
  matching: number | null;
  query: string;
  onQuery: (query: string) => void;
  children?: ReactNode;
}

/** Above a table: its size, what is to be said of it, and the search. */
export function TableBar({ total, width, matching, query, onQuery, children }: TableBarProps) {
  return (
    <div className={css.bar}>
      <span>{dimensions(total, width)}</span>
      {children}
      {matching !== null && <span>{readableNumber(matching)} match</span>}
      <SearchField size="sm" className={css.find} value={query} onChange={onQuery} placeholder="Find in table" aria-label="Find in table" />
    </div>
  );
}
