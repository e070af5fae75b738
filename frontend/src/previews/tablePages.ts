/** The rows of a large table, fetched from the worker when they come in sight. */

import type { TableWindow } from "@/protocol/wire";
import { type GridRow, cellText } from "@/previews/tableModel";

/** Rows asked for at once. */
export const PAGE = 200;
/** Pages kept; those that were not looked at for longest go first. */
const KEPT_PAGES = 100;

export type FetchRows = (offset: number, limit: number) => Promise<TableWindow>;

export class TablePages {
  private pages = new Map<number, (GridRow | undefined)[]>();
  private asked = new Set<number>();
  private over = false;
  /** How many rows there are in this order and search. */
  matching = 0;

  constructor(
    private fetch: FetchRows,
    private changed: () => void,
    private failed: (error: unknown) => void,
  ) {}

  /** The first page, after which the table can be drawn. */
  async start(): Promise<TableWindow> {
    const first = await this.fetch(0, PAGE);
    this.matching = first.matching;
    this.take(0, first);
    return first;
  }

  row(at: number): GridRow | undefined {
    return this.pages.get(Math.floor(at / PAGE))?.[at % PAGE];
  }

  /** These rows are in sight: what of them is not here is asked for. */
  want(first: number, last: number): void {
    const end = Math.min(last, this.matching - 1);
    for (let page = Math.floor(first / PAGE); page * PAGE <= end; page += 1) {
      const known = this.pages.get(page);
      if (known !== undefined) {
        this.pages.delete(page); // to the end: it was looked at last
        this.pages.set(page, known);
      }
      const missing = this.firstMissing(page, known);
      if (missing !== null && !this.asked.has(page)) void this.ask(page, missing);
    }
  }

  /** Nobody looks any more: what still comes is for nobody. */
  stop(): void {
    this.over = true;
  }

  private firstMissing(page: number, known: (GridRow | undefined)[] | undefined): number | null {
    const size = Math.min(PAGE, this.matching - page * PAGE);
    for (let at = 0; at < size; at += 1) if (known?.[at] === undefined) return page * PAGE + at;
    return null;
  }

  private async ask(page: number, offset: number): Promise<void> {
    this.asked.add(page);
    try {
      const window = await this.fetch(offset, (page + 1) * PAGE - offset);
      if (this.over) return;
      this.take(offset, window);
      this.asked.delete(page);
      this.changed();
    } catch (error) {
      if (!this.over) this.failed(error);
    }
  }

  private take(offset: number, window: TableWindow): void {
    window.rows.forEach((cells, at) => {
      const place = offset + at;
      const page = this.pages.get(Math.floor(place / PAGE)) ?? [];
      page[place % PAGE] = { label: cellText(window.index[at]), cells: cells as unknown[] };
      this.pages.set(Math.floor(place / PAGE), page);
    });
    for (const page of this.pages.keys()) {
      if (this.pages.size <= KEPT_PAGES) break;
      this.pages.delete(page);
    }
  }
}
