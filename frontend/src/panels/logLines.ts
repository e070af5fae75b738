/** Lines of a Python log with the level that each belongs to. */

export type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogLine {
  /** Its number in the text. */
  at: number;
  text: string;
  level: LogLevel;
}

const LEVEL = /\b(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)\b/;

const LEVELS: Record<string, LogLevel> = {
  DEBUG: "debug",
  INFO: "info",
  WARN: "warning",
  WARNING: "warning",
  ERROR: "error",
  CRITICAL: "error",
};

/** Lines without a level of their own, such as those of a traceback, belong to the line before. */
export function readLog(text: string): LogLine[] {
  let level: LogLevel = "info";
  return text
    .split("\n")
    .map((line, at) => {
      const word = LEVEL.exec(line.slice(0, 120))?.[1];
      const own = word === undefined ? undefined : LEVELS[word];
      level = own ?? (/^\s|^Traceback|^\w+Error/.test(line) ? level : "info");
      return { at, text: line, level };
    })
    .filter((line) => line.text.trim() !== "");
}
