import { describe, expect, it } from "vitest";
import { clock, commandWords, readHistory } from "@/panels/historyEntries";
import { visibleLines } from "@/panels/logLines";
import { freeName } from "@/panels/NewWorker";
import type { LogLine } from "@/protocol/wire";

describe("history", () => {
  it("is listed newest first, in words, with what is undone marked", () => {
    const entries = readHistory({
      steps: [
        { rev: 3, cmd: "add_node", by: "a", at: 1 },
        { rev: 5, cmd: "add_edge", label: "Connect A to B", by: "b", at: 2, undone: true },
      ],
    });

    expect(entries.map(({ rev, label, undone }) => [rev, label, undone])).toEqual([
      [5, "Connect A to B", true],
      [3, "Add a node", false],
    ]);
  });

  it("bears answers of other shapes", () => {
    expect([null, "x", {}, [{ no: "rev" }]].map((answer) => readHistory(answer as never))).toEqual([[], [], [], []]);
  });

  it("names commands that it does not know", () => {
    expect(commandWords("run_stale")).toBe("Run stale");
  });

  it("adds the day to times that are not of today", () => {
    const now = new Date(2026, 10, 23, 22, 0);
    const yesterday = new Date(2026, 10, 22, 22, 0).getTime() / 1000;

    expect(clock(now.getTime() / 1000, now)).not.toContain(",");
    expect(clock(yesterday, now)).toContain("22");
    expect(clock(0, now)).toBe("");
  });
});

describe("the log", () => {
  const lines: LogLine[] = [
    { n: 1, time: 1, level: "info", text: "up", logger: "funcnodes" },
    { n: 2, time: 2, level: "info", text: "Row 1", node: "a", stream: "stdout" },
    { n: 3, time: 3, level: "warning", text: "row 2", node: "b", stream: "stderr" },
    { n: 4, time: 4, level: "error", text: "down", logger: "funcnodes" },
  ];
  const shown = (choice: Partial<Parameters<typeof visibleLines>[1]>) =>
    visibleLines(lines, { query: "", level: "debug", ...choice }).map(({ n }) => n);

  it("is searched in text and in the name of what said it", () => {
    expect(shown({ query: "row" })).toEqual([2, 3]);
    expect(shown({ query: "FUNCNODES" })).toEqual([1, 4]);
  });

  it("is cut to what is serious enough, and to one node", () => {
    expect(shown({ level: "warning" })).toEqual([3, 4]);
    expect(shown({ level: "error" })).toEqual([4]);
    expect(shown({ node: "a" })).toEqual([2]);
  });
});

it("a new worker is offered a name that nobody has", () => {
  expect(freeName([])).toBe("Worker 1");
  expect(freeName(["Worker 2"])).toBe("Worker 3");
  expect(freeName(["Worker 3", "b"])).toBe("Worker 4");
});
