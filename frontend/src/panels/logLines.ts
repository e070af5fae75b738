/** Which lines of the log are shown, and how. */

import type { LogLine } from "@/protocol/wire";

export type LogLevel = LogLine["level"];

const ORDER: readonly LogLevel[] = ["debug", "info", "warning", "error"];

export interface LogChoice {
  /** Text that a line holds, or the name of what said it; in any case. */
  query: string;
  /** The least serious level that is shown. */
  level: LogLevel;
  /** Only what this node said. */
  node?: string;
}

export function visibleLines(lines: readonly LogLine[], { query, level, node }: LogChoice): LogLine[] {
  const wanted = query.toLowerCase();
  const least = ORDER.indexOf(level);
  return lines.filter(
    (line) =>
      (node === undefined || line.node === node) &&
      ORDER.indexOf(line.level) >= least &&
      (wanted === "" || line.text.toLowerCase().includes(wanted) || (line.logger ?? "").toLowerCase().includes(wanted)),
  );
}

/** The time of day, to the second. */
export function lineTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}
