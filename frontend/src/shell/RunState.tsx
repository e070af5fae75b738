/** In the middle of the header: is it connected, does something run, what is being waited for. */

import { useMemo, useSyncExternalStore } from "react";
import { useCell } from "@/lib/hooks";
import { selectNodes } from "@/canvas/flow";
import { nodes } from "@/store/graph";
import { tasks } from "@/store/ui";
import { connection, currentWorker, workers } from "@/store/workers";
import type { Connection } from "@/store/types";
import css from "@/shell/RunState.module.css";

const WORDS: { [state in Connection]: string } = {
  connecting: "Connecting",
  open: "",
  lost: "Reconnecting",
  closed: "Disconnected",
  none: "No worker",
};

/** Ids of the nodes in a state, as one string that changes only when they do. */
function useInState(state: string): string[] {
  const joined = useSyncExternalStore(nodes.subscribeAny, () => {
    let ids = "";
    for (const node of nodes.values()) if (node.status === state) ids += `${node.id}\n`;
    return ids;
  });
  return useMemo(() => joined.split("\n").slice(0, -1), [joined]);
}

export function RunState() {
  const link = useCell(connection);
  const waiting = useCell(tasks);
  const running = useInState("running");
  const failed = useInState("failed");
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
        <button type="button" className={css.failed} onClick={() => selectNodes(failed)}>
          {failed.length} failed
        </button>
      )}
    </div>
  );
}
