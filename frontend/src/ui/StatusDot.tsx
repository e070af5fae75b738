import type { NodeStatus, WorkerRunState } from "@/store/types";
import { cx } from "@/ui/cx";
import css from "@/ui/StatusDot.module.css";

type Tone = "quiet" | "busy" | "ok" | "warn" | "danger";

const TONES: Record<NodeStatus | WorkerRunState, Tone> = {
  idle: "quiet",
  waiting: "warn",
  running: "busy",
  done: "ok",
  failed: "danger",
  muted: "quiet",
  stale: "warn",
  starting: "busy",
  stopping: "busy",
  stopped: "quiet",
  crashed: "danger",
  unreachable: "warn",
};

const WORDS: Partial<Record<NodeStatus | WorkerRunState, string>> = {
  done: "Done",
  failed: "Failed",
  stale: "Out of date",
  crashed: "Crashed",
};

export function statusWord(status: NodeStatus | WorkerRunState): string {
  return WORDS[status] ?? status.charAt(0).toUpperCase() + status.slice(1);
}

/** A coloured dot with its word; the word is always in the text for those who see no colour. */
export function StatusDot(props: { status: NodeStatus | WorkerRunState; tone?: Tone; word?: boolean | string }) {
  const { status, tone = TONES[status], word = true } = props;
  const text = typeof word === "string" ? word : statusWord(status);
  return (
    <span className={css.status}>
      <span className={cx(css.dot, css[tone])} aria-hidden />
      <span className={word ? css.word : "visually-hidden"}>{text}</span>
    </span>
  );
}
