import { describe, expect, it } from "vitest";
import { clock, commandWords, readHistory } from "@/panels/historyEntries";
import { readLog } from "@/panels/logLines";
import { freeName } from "@/panels/NewWorker";

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

it("lines of a log inherit the level of the message they belong to", () => {
  const text = ["12:00 INFO up", "12:01 ERROR failed", "Traceback (most recent call last):", "  File x", "ValueError: y", "", "plain"].join("\n");

  expect(readLog(text).map((line) => line.level)).toEqual(["info", "error", "error", "error", "error", "info"]);
});

it("a new worker is offered a name that nobody has", () => {
  expect(freeName([])).toBe("Worker 1");
  expect(freeName(["Worker 2"])).toBe("Worker 3");
  expect(freeName(["Worker 3", "b"])).toBe("Worker 4");
});
