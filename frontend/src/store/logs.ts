/** The newest lines of the current worker's log, as they come; what did not come is asked for. */

import { Cell } from "@/store/collection";
import { CommandError, currentLink } from "@/store/session";
import type { LogLine } from "@/protocol/wire";

const KEPT = 3000;
const ASKED = 500;

/** By their numbers, oldest first. */
export const logLines = new Cell<readonly LogLine[]>([]);
/** Why the log cannot be read, if so. */
export const logFailure = new Cell<string | null>(null);

/** The number up to which every line has come or was asked for. */
let known = 0;

/** Takes lines in by their numbers, whichever way they came. */
export function mergeLines(before: readonly LogLine[], news: readonly LogLine[]): readonly LogLine[] {
  if (news.length === 0) return before;
  const last = before[before.length - 1]?.n ?? 0;
  if ((news[0]?.n ?? 0) > last) return [...before, ...news].slice(-KEPT);
  const byNumber = new Map([...before, ...news].map((line) => [line.n, line]));
  return [...byNumber.values()].sort((a, b) => a.n - b.n).slice(-KEPT);
}

/** Lines that the worker told; where some before them did not come, they are asked for. */
export function takeLines(news: readonly LogLine[]): void {
  const [first] = news;
  if (first === undefined) return;
  const gap = first.n > known + 1;
  const since = known;
  known = Math.max(known, news[news.length - 1]?.n ?? 0);
  logLines.update((lines) => mergeLines(lines, news));
  if (gap && since > 0) void loadLog({ since });
}

/** Asks for lines: the newest, those after a number, or those of one node. */
export async function loadLog(what: { since?: number; node?: string } = {}): Promise<void> {
  try {
    const answer = (await currentLink().call("get_logs", { ...what, limit: ASKED })) as unknown as { lines: LogLine[]; last: number };
    if (what.node === undefined) known = Math.max(known, answer.last);
    logLines.update((lines) => mergeLines(lines, answer.lines));
    logFailure.set(null);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    logFailure.set(error.message);
  }
}

/** Another worker, or another process of it. */
export function forgetLog(): void {
  known = 0;
  logLines.set([]);
  logFailure.set(null);
}
