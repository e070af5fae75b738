import { describe, expect, it } from "vitest";
import type { TableWindow } from "@/protocol/wire";
import { PAGE, TablePages } from "@/previews/tablePages";

/** A worker with a table of so many rows, that answers with so many at once at most. */
function worker(total: number, most = PAGE) {
  const asked: [number, number][] = [];
  const fetch = (offset: number, limit: number): Promise<TableWindow> => {
    asked.push([offset, limit]);
    const count = Math.max(0, Math.min(limit, most, total - offset));
    const places = Array.from({ length: count }, (_, at) => offset + at);
    return Promise.resolve({
      columns: ["n"], index: places, rows: places.map((place) => [place * 10]), total, matching: total, width: 1, offset, version: 1,
    });
  };
  return { asked, fetch };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("pages of a large table", () => {
  it("are asked for once, when they come in sight", async () => {
    const { asked, fetch } = worker(1000);
    let changes = 0;
    const pages = new TablePages(fetch, () => (changes += 1), () => undefined);

    await pages.start();
    pages.want(0, 20);
    pages.want(390, 410);
    pages.want(395, 415);
    expect(pages.row(400)).toBeUndefined();
    await settle();

    expect(asked).toEqual([[0, 200], [200, 200], [400, 200]]);
    expect(changes).toBe(2);
    expect(pages.row(405)).toEqual({ label: "405", cells: [4050] });
    expect(pages.row(999)).toBeUndefined();
  });

  it("are put together where the worker sends fewer rows than asked for", async () => {
    const { asked, fetch } = worker(150, 60);
    const pages: TablePages = new TablePages(fetch, () => pages.want(0, 149), () => undefined);

    await pages.start();
    pages.want(0, 149);
    await settle();

    expect(asked).toEqual([[0, 200], [60, 140], [120, 80]]);
    expect(pages.row(149)?.cells).toEqual([1490]);
  });

  it("are kept to a bound", async () => {
    const { fetch } = worker(100_000);
    const pages = new TablePages(fetch, () => undefined, () => undefined);

    await pages.start();
    for (let at = 0; at < 40_000; at += PAGE) {
      pages.want(at, at);
      await settle();
    }

    expect(pages.row(0)).toBeUndefined();
    expect(pages.row(39_999)).toBeDefined();
  });

  it("say what went wrong, unless nobody looks any more", async () => {
    const failures: unknown[] = [];
    const { fetch } = worker(1000);
    let broken = false;
    const pages = new TablePages((offset, limit) => (broken ? Promise.reject(new Error("gone")) : fetch(offset, limit)), () => undefined, (error) => failures.push(error));

    await pages.start();
    broken = true;
    pages.want(500, 510);
    await settle();
    pages.stop();
    pages.want(900, 910);
    await settle();

    expect(failures).toHaveLength(1);
  });
});
