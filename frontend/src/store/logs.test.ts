import { afterEach, describe, expect, it } from "vitest";
import { forgetLog, loadLog, logFailure, logLines, mergeLines, takeLines } from "@/store/logs";
import { CommandError, setLink } from "@/store/session";
import type { LogLine } from "@/protocol/wire";

const line = (n: number): LogLine => ({ n, time: n, level: "info", text: `line ${n}` });
const lines = (...numbers: number[]): LogLine[] => numbers.map(line);
const numbers = (): number[] => logLines.get().map(({ n }) => n);

function answer(reply: (kwargs: { since?: number; node?: string }) => LogLine[] | Error): object[] {
  const asked: object[] = [];
  const call = (_: string, kwargs: object) => {
    asked.push(kwargs);
    const found = reply(kwargs);
    return found instanceof Error ? Promise.reject(found) : Promise.resolve({ lines: found, last: found[found.length - 1]?.n ?? 0, truncated: false });
  };
  setLink({ call, nextId: () => "id", httpBase: "/" } as never);
  return asked;
}

afterEach(() => {
  forgetLog();
  setLink(null);
});

describe("the log", () => {
  it("puts lines in the order of their numbers, each once", () => {
    expect(mergeLines(lines(1, 2), lines(3, 4)).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(mergeLines(lines(2, 5), lines(1, 2, 3)).map(({ n }) => n)).toEqual([1, 2, 3, 5]);
    expect(mergeLines([], lines(...Array(4000).keys()))).toHaveLength(3000);
  });

  it("asks for what did not come", async () => {
    const asked = answer(({ since }) => (since === undefined ? lines(1, 2) : lines(3, 4, 5, 6)));
    await loadLog();

    takeLines(lines(3));
    takeLines(lines(6));
    await Promise.resolve();
    await Promise.resolve();

    expect(asked).toEqual([{ limit: 500 }, { since: 3, limit: 500 }]);
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("says why it cannot be read", async () => {
    answer(() => new CommandError("ForbiddenError: no", "forbidden", null));

    await loadLog();

    expect(logFailure.get()).toBe("ForbiddenError: no");
  });
});
