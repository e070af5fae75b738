import { useEffect, useState } from "react";
import { History as HistoryIcon, Redo2, Undo2 } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { edges, groups, nodes, ports } from "@/store/graph";
import { redo, undo } from "@/store/intents";
import { CommandError, currentLink } from "@/store/session";
import { connection } from "@/store/workers";
import type { Json } from "@/store/types";
import { type HistoryEntry, clock, nodeWords, readHistory } from "@/panels/historyEntries";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { cx } from "@/ui/cx";
import css from "@/panels/History.module.css";

/** Changes come in bursts (a drag); one question at their end is enough. */
const SETTLE_MS = 250;

/** The history, asked for again whenever the graph has changed. */
function useHistory(): { entries: HistoryEntry[]; failure: string | null } {
  const link = useCell(connection);
  const [state, setState] = useState<{ entries: HistoryEntry[]; failure: string | null }>({ entries: [], failure: null });
  useEffect(() => {
    if (link !== "open") return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let gone = false;
    const ask = () => {
      timer = null;
      currentLink()
        .call("get_history", {})
        .then(
          (answer) => !gone && setState({ entries: readHistory(answer as unknown as Json), failure: null }),
          (error: unknown) => {
            if (!(error instanceof CommandError)) throw error;
            if (!gone) setState({ entries: [], failure: error.message });
          },
        );
    };
    const plan = () => {
      timer ??= setTimeout(ask, SETTLE_MS);
    };
    ask();
    const stops = [nodes, ports, edges, groups].map((collection) => collection.subscribeAny(plan));
    return () => {
      gone = true;
      if (timer !== null) clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  }, [link]);
  return state;
}

/** What was done to the graph, newest first; what is undone stays listed until the next edit. */
export function History() {
  const { entries, failure } = useHistory();
  const now = new Date();
  const next = entries.find((entry) => !entry.undone);
  return (
    <section className={css.panel} aria-label="History">
      <div className={css.bar}>
        <Button size="sm" icon={<Undo2 size={13} />} disabled={!next} onClick={() => void undo()}>
          Undo
        </Button>
        <Button size="sm" icon={<Redo2 size={13} />} disabled={!entries.some((entry) => entry.undone)} onClick={() => void redo()}>
          Redo
        </Button>
      </div>
      {entries.length === 0 ? (
        <EmptyState icon={<HistoryIcon size={20} />} title={failure ?? "Nothing was changed yet"} />
      ) : (
        <ol className={css.list}>
          {entries.map((entry) => (
            <li key={entry.rev} className={cx(css.entry, entry.undone && css.undone, entry === next && css.next)}>
              <span className={css.label}>
                {entry.label}
                {entry.nodes.length > 0 && <span className={css.nodes}>{nodeWords(entry.nodes)}</span>}
              </span>
              {entry.undone && <span className={css.word}>undone</span>}
              <time className={css.time}>{clock(entry.at, now)}</time>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
