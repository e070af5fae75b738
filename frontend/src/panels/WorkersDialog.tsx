import { Plus, Server } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { openWorker } from "@/store/connect";
import { tasks } from "@/store/ui";
import { currentWorker, managerConnection, workers } from "@/store/workers";
import { openDialog } from "@/panels/dialogs";
import { WorkerRow } from "@/panels/WorkerRow";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { EmptyState } from "@/ui/EmptyState";
import css from "@/panels/Workers.module.css";

/** All workers of this machine. */
export function WorkersDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const all = useCell(workers);
  const current = useCell(currentWorker);
  const waiting = useCell(tasks);
  const manager = useCell(managerConnection);

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="Workers"
      description="Each runs one graph, in a process and folder of its own."
      actions={
        <Button icon={<Plus size={14} />} onClick={() => openDialog.set("new-worker")}>
          New
        </Button>
      }
    >
      {manager !== "open" && <p className={css.offline}>The manager does not answer; this list may be out of date.</p>}
      {all.length === 0 ? (
        <EmptyState icon={<Server size={22} />} title="No workers yet">
          Make one to start a graph.
        </EmptyState>
      ) : (
        <ul className={css.workers}>
          {all.map((worker) => (
            <WorkerRow
              key={worker.uuid}
              worker={worker}
              current={worker.uuid === current}
              task={waiting.find((task) => task.task === `worker ${worker.uuid}`)}
              onOpen={() => {
                openWorker(worker.uuid);
                onClose();
              }}
            />
          ))}
        </ul>
      )}
    </Dialog>
  );
}
