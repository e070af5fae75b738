/** In the middle of the header: is it connected, does something run, what is being waited for. */

import { revealNodes } from "@/canvas/actions";
import { useCell, useNodesThat } from "@/lib/hooks";
import { openDialog } from "@/panels/dialogs";
import { externals, isStopped } from "@/store/externals";
import { nodes } from "@/store/graph";
import { tasks } from "@/store/ui";
import { connection, currentWorker, workers } from "@/store/workers";
import type { Connection, NodeRecord } from "@/store/types";
import css from "@/shell/RunState.module.css";

const WORDS: { [state in Connection]: string } = {
  connecting: "Connecting",
  open: "",
  lost: "Reconnecting",
  closed: "Disconnected",
  none: "No worker",
};

const runs = (node: NodeRecord): boolean => node.status === "running";
const failedRun = (node: NodeRecord): boolean => node.status === "failed";
const isMissing = (node: NodeRecord): boolean => node.placeholder && !isStopped(node.nodeId);
const isWaiting = (node: NodeRecord): boolean => node.placeholder && isStopped(node.nodeId);

export function RunState() {
  const link = useCell(connection);
  const waiting = useCell(tasks);
  const running = useNodesThat(runs);
  const failed = useNodesThat(failedRun);
  const missing = useNodesThat(isMissing);
  const away = useNodesThat(isWaiting);
  useCell(externals); // whose nodes are which
  const uuid = useCell(currentWorker);
  const worker = useCell(workers).find((one) => one.uuid === uuid);
  if (link !== "open") {
    const down = link === "none" || worker?.state === "stopped" || worker?.state === "crashed";
    return (
      <div className={css.state} data-connection={link}>
        <span className={css.dot} data-kind={down ? "idle" : "busy"} />
        {down && link !== "none" ? "Not running" : WORDS[link]}
      </div>
    );
  }
  const task = waiting[waiting.length - 1];
  return (
    <div className={css.state} data-connection="open">
      {task !== undefined ? (
        <>
          <span className={css.dot} data-kind="busy" />
          <span className={css.task}>{task.text}</span>
          {task.progress !== null && <span className={css.percent}>{Math.round(task.progress * 100)}%</span>}
        </>
      ) : running.length > 0 ? (
        <>
          <span className={css.dot} data-kind="busy" />
          {running.length === 1 ? `Running ${nodes.get(running[0] ?? "")?.name ?? ""}` : `${running.length} nodes run`}
        </>
      ) : (
        <>
          <span className={css.dot} data-kind="ok" />
          Ready
        </>
      )}
      {failed.length > 0 && (
        <button type="button" className={css.failed} onClick={() => revealNodes(failed)}>
          {failed.length} failed
        </button>
      )}
      {missing.length > 0 && (
        <button type="button" className={css.missing} onClick={() => openDialog.set("missing")}>
          {missing.length} not installed
        </button>
      )}
      {away.length > 0 && (
        <button type="button" className={css.missing} onClick={() => openDialog.set("externals")}>
          {away.length === 1 ? "1 waits" : `${away.length} wait`} for external workers
        </button>
      )}
    </div>
  );
}
