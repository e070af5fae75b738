/** The head of a node: state, name (double click renames), time of the last run, run or stop. */

import { useState } from "react";
import { Play, Square } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { access, may, reaches } from "@/store/access";
import { renameNode, stopNode, triggerNode } from "@/store/intents";
import type { NodeProgress, NodeRecord } from "@/store/types";
import { duration } from "@/lib/format";
import css from "@/canvas/NodeHead.module.css";

const WORDS: { [status: string]: string } = {
  idle: "Has not run yet",
  waiting: "Waits for an input",
  running: "Runs now",
  done: "Up to date",
  failed: "Failed",
  stopped: "Stopped before it was done",
  muted: "Muted: does not run",
  stale: "Out of date: an input changed since it ran",
};

export function NodeHead({ node }: { node: NodeRecord }) {
  const running = node.status === "running";
  const runs = reaches(useCell(access), "run");
  return (
    <header className={css.head} title={node.description || undefined}>
      <span className={css.dot} data-status={node.status} title={WORDS[node.status]} />
      <Title node={node} />
      {node.mode !== "active" && <span className={css.mode}>{node.mode}</span>}
      {node.durationS !== null && !running && (
        <span className={css.time} title="Time of the last run">
          {duration(node.durationS)}
        </span>
      )}
      {runs && <button
        type="button"
        className={`${css.run} nodrag`}
        aria-label={running ? `Stop ${node.name}` : `Run ${node.name}`}
        title={running ? "Stop" : "Run this node"}
        onClick={() => void (running ? stopNode(node.id) : triggerNode(node.id))}
      >
        {running ? <Square size={10} fill="currentColor" /> : <Play size={11} fill="currentColor" />}
      </button>}
      {running && <Progress progress={node.progress} />}
    </header>
  );
}

function Title({ node }: { node: NodeRecord }) {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <span className={css.title} onDoubleClick={() => may("edit") && setDraft(node.name)}>
        {node.name}
      </span>
    );
  }
  const keep = () => {
    setDraft(null);
    const name = draft.trim();
    if (name !== "" && name !== node.name) void renameNode(node.id, name);
  };
  return (
    <input
      className={`${css.rename} nodrag`}
      value={draft}
      aria-label="Name of the node"
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") keep();
        if (event.key === "Escape") setDraft(null);
      }}
    />
  );
}

function Progress({ progress }: { progress: NodeProgress | null }) {
  const part = progress?.progress ?? null;
  return (
      <span className={css.track} role="progressbar" aria-valuenow={part === null ? undefined : Math.round(part * 100)}>
        <span
          className={part === null ? css.sweep : css.bar}
          style={part === null ? undefined : { width: `${Math.min(1, part) * 100}%` }}
        />
      </span>
  );
}
