import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { RotateCw, ScrollText } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { CommandError, currentLink } from "@/store/session";
import { connection, currentWorker } from "@/store/workers";
import { readLog } from "@/panels/logLines";
import { IconButton } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { SearchField } from "@/ui/TextField";
import { cx } from "@/ui/cx";
import css from "@/panels/Log.module.css";

interface Loaded {
  text: string | null;
  failure: string | null;
}

function useLog(): Loaded & { reload: () => void } {
  const worker = useCell(currentWorker);
  const link = useCell(connection);
  const [state, setState] = useState<Loaded>({ text: null, failure: null });
  const reload = useCallback(() => {
    if (link !== "open") return;
    currentLink()
      .call("get_logs", {})
      .then(
        (answer) => setState({ text: String((answer as { text?: string } | null)?.text ?? answer ?? ""), failure: null }),
        (error: unknown) => {
          if (!(error instanceof CommandError)) throw error;
          setState({ text: null, failure: error.message });
        },
      );
  }, [link]);
  useEffect(reload, [reload, worker]);
  return { ...state, reload };
}

/** The end of the worker's log. */
export function Log() {
  const { text, failure, reload } = useLog();
  const [query, setQuery] = useState("");
  const scroller = useRef<HTMLDivElement>(null);
  const lines = readLog(text ?? "").filter((line) => line.text.toLowerCase().includes(query.toLowerCase()));

  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [text]);

  return (
    <section className={css.panel} aria-label="Log">
      <div className={css.bar}>
        <SearchField size="sm" className={css.find} value={query} onChange={setQuery} placeholder="Find in log" aria-label="Find in log" />
        <IconButton size="sm" label="Read again" onClick={reload}>
          <RotateCw size={13} />
        </IconButton>
      </div>
      {lines.length === 0 ? (
        <EmptyState icon={<ScrollText size={20} />} title={failure ?? (query ? "Nothing matches" : "The log is empty")} />
      ) : (
        <div ref={scroller} className={css.lines} tabIndex={0} role="log">
          {lines.map((line) => (
            <div key={line.at} className={cx(css.line, css[line.level])}>
              {line.text}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
