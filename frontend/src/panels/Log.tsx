import { useState } from "react";
import { ScrollText } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { logFailure, logLines } from "@/store/logs";
import { LogLines } from "@/panels/LogLines";
import { type LogLevel, visibleLines } from "@/panels/logLines";
import { EmptyState } from "@/ui/EmptyState";
import { SearchField } from "@/ui/TextField";
import css from "@/panels/Log.module.css";

const LEVELS: { level: LogLevel; label: string }[] = [
  { level: "debug", label: "Everything" },
  { level: "warning", label: "Warnings" },
  { level: "error", label: "Errors" },
];

/** What the worker and its nodes say, as they say it. */
export function Log() {
  const lines = useCell(logLines);
  const failure = useCell(logFailure);
  const [query, setQuery] = useState("");
  const [level, setLevel] = useState<LogLevel>("debug");
  const shown = visibleLines(lines, { query, level });
  return (
    <section className={css.panel} aria-label="Log">
      <div className={css.bar}>
        <SearchField size="sm" className={css.find} value={query} onChange={setQuery} placeholder="Find in log" aria-label="Find in log" />
        <select className={css.select} aria-label="Least level" value={level} onChange={(event) => setLevel(event.target.value as LogLevel)}>
          {LEVELS.map((each) => (
            <option key={each.level} value={each.level}>
              {each.label}
            </option>
          ))}
        </select>
      </div>
      {shown.length === 0 ? (
        <EmptyState icon={<ScrollText size={20} />} title={failure ?? (lines.length > 0 ? "Nothing matches" : "The log is empty")} />
      ) : (
        <LogLines lines={shown} label="Lines of the log" sources />
      )}
    </section>
  );
}
