/** Says when the worker cannot be reached, and what can be done about it. */

import { CircleAlert, LoaderCircle } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { loaded } from "@/store/graph";
import { reconnectNow } from "@/store/connect";
import { startWorker } from "@/store/workerIntents";
import { connection, currentWorker, managerConnection, workers } from "@/store/workers";
import { Button } from "@/ui";
import css from "@/shell/Banner.module.css";

export function Banner() {
  const link = useCell(connection);
  const manager = useCell(managerConnection);
  const uuid = useCell(currentWorker);
  const worker = useCell(workers).find((one) => one.uuid === uuid);
  const known = useCell(loaded);
  if (link === "open" || link === "none" || uuid === null || (!known && link === "connecting")) return null;
  const name = worker?.name ?? "the worker";
  const stopped = manager === "open" && (worker?.state === "stopped" || worker?.state === "crashed");
  return (
    <div className={css.banner} role="status" data-banner={stopped ? "stopped" : "reconnecting"}>
      {stopped ? <CircleAlert size={15} /> : <LoaderCircle size={15} className={css.spin} />}
      {stopped ? (
        <>
          <span>
            <b>{name}</b> {worker?.state === "crashed" ? "ended unexpectedly" : "is stopped"}. The graph is safe on disk.
          </span>
          <Button size="sm" variant="primary" onClick={() => void startWorker(uuid)}>
            Start it
          </Button>
        </>
      ) : (
        <>
          <span>
            Connection to <b>{name}</b> lost. Trying again; nothing can be changed until it is back.
          </span>
          <Button size="sm" onClick={reconnectNow}>
            Try now
          </Button>
        </>
      )}
    </div>
  );
}
