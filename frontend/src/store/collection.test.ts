import { describe, expect, it, vi } from "vitest";
import { batch, Cell, Collection } from "@/store/collection";

describe("Collection", () => {
  it("wakes only who watches the key that changed", () => {
    const records = new Collection<number>();
    const [a, b, keys] = [vi.fn(), vi.fn(), vi.fn()];
    records.subscribe("a", a);
    records.subscribe("b", b);
    records.subscribeKeys(keys);

    records.set("a", 1);
    records.set("a", 2);

    expect(a).toHaveBeenCalledTimes(2);
    expect(b).not.toHaveBeenCalled();
    expect(keys).toHaveBeenCalledTimes(1);
  });

  it("tells subscribers once for a batch, after all of it", () => {
    const records = new Collection<number>();
    const seen: (number | undefined)[] = [];
    records.subscribe("a", () => seen.push(records.get("b")));

    batch(() => {
      records.set("a", 1);
      records.set("a", 2);
      records.set("b", 3);
    });

    expect(seen).toEqual([3]);
  });

  it("keeps the array of keys while no key comes or goes", () => {
    const records = new Collection<number>();
    records.set("a", 1);
    const keys = records.keys();

    records.set("a", 2);

    expect(records.keys()).toBe(keys);
  });

  it("wakes watchers of keys that a replacement drops", () => {
    const records = new Collection<number>();
    records.set("a", 1);
    const gone = vi.fn();
    records.subscribe("a", gone);

    records.replaceAll([["b", 2]]);

    expect(gone).toHaveBeenCalledTimes(1);
    expect(records.get("a")).toBeUndefined();
  });
});

describe("Cell", () => {
  it("says nothing when the value stays", () => {
    const cell = new Cell(1);
    const wake = vi.fn();
    const stop = cell.subscribe(wake);

    cell.set(1);
    cell.set(2);
    stop();
    cell.set(3);

    expect(wake).toHaveBeenCalledTimes(1);
  });
});
