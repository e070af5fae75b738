import { useState } from "react";
import { EllipsisVertical, Play, RotateCw, Square, Trash2, Unplug } from "lucide-react";
import type { WorkerRecord } from "@/store/types";
import { deleteWorker, renameWorker, restartWorker, startWorker, stopWorker } from "@/store/workerIntents";
import type { Task } from "@/store/ui";
import { EditableText } from "@/panels/EditableText";
import { Button, IconButton } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/Dialog";
import { Menu, type MenuEntry } from "@/ui/Menu";
import { Progress } from "@/ui/Progress";
import { StatusDot, statusWord } from "@/ui/StatusDot";
import { cx } from "@/ui/cx";
import css from "@/panels/Workers.module.css";

export interface WorkerRowProps {
  worker: WorkerRecord;
  current: boolean;
  task?: Task;
  onOpen: () => void;
}

function DeleteQuestion(props: { worker: WorkerRecord; open: boolean; onOpenChange: (open: boolean) => void }) {
  const { worker, open, onOpenChange } = props;
  if (worker.remote !== undefined) {
    return (
      <ConfirmDialog
        open={open}
        onOpenChange={onOpenChange}
        title={`Forget ${worker.name}?`}
        confirm="Forget worker"
        onConfirm={() => void deleteWorker(worker.uuid)}
      >
        It leaves this list. Whoever runs it at {worker.remote} keeps it, with everything in it.
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      danger
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${worker.name}?`}
      confirm="Delete worker"
      onConfirm={() => void deleteWorker(worker.uuid)}
    >
      Its graph, its files and its environment are removed from disk. This cannot be undone; export the graph first if
      you may want it back.
    </ConfirmDialog>
  );
}

interface RowMenuProps {
  worker: WorkerRecord;
  doing: (work: Promise<unknown>) => Promise<void>;
  onDelete: () => void;
}

function RowMenu({ worker, doing, onDelete }: RowMenuProps) {
  const running = worker.state === "running";
  const own: MenuEntry[] = [
    {
      label: "Restart",
      icon: <RotateCw size={14} />,
      disabled: !running,
      onSelect: () => void doing(restartWorker(worker.uuid)),
    },
    {
      label: "Stop",
      icon: <Square size={13} />,
      disabled: !running,
      onSelect: () => void doing(stopWorker(worker.uuid)),
    },
    "---",
    { label: "Delete…", danger: true, icon: <Trash2 size={14} />, onSelect: onDelete },
  ];
  const forget: MenuEntry = { label: "Forget…", icon: <Unplug size={14} />, onSelect: onDelete };
  return (
    <Menu
      align="end"
      trigger={
        <IconButton size="sm" label={`More for ${worker.name}`} tooltip={false}>
          <EllipsisVertical size={14} />
        </IconButton>
      }
      items={worker.remote === undefined ? own : [forget]}
    />
  );
}

/** One worker in the manager: its name, how it is, and what can be done with it. */
export function WorkerRow({ worker, current, task, onOpen }: WorkerRowProps) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const running = worker.state === "running";
  const moving = worker.state === "starting" || worker.state === "stopping" || busy;

  async function doing(work: Promise<unknown>): Promise<void> {
    setBusy(true);
    try {
      await work;
    } finally {
      setBusy(false);
    }
  }

  return (
    <li className={cx(css.worker, current && css.isCurrent)}>
      <div className={css.line}>
        <div className={css.names}>
          <EditableText
            required
            label={`Name of worker ${worker.name}`}
            value={worker.name}
            onChange={(name) => void renameWorker(worker.uuid, name)}
          />
          <span className={css.state}>
            <StatusDot status={worker.state} tone={running ? "ok" : undefined} word={statusWord(worker.state)} />
            {worker.remote && <span className={css.detail}>{worker.remote}</span>}
            {worker.detail && <span className={css.detail}>{worker.detail}</span>}
          </span>
        </div>
        {running ? (
          <Button size="sm" onClick={onOpen} disabled={current}>
            {current ? "Open now" : "Open"}
          </Button>
        ) : (
          <Button size="sm" icon={<Play size={11} />} busy={moving} onClick={() => void doing(startWorker(worker.uuid))}>
            {worker.remote === undefined ? "Start" : "Try"}
          </Button>
        )}
        <RowMenu worker={worker} doing={doing} onDelete={() => setAsking(true)} />
      </div>
      {task && (
        <div className={css.task}>
          <Progress value={task.progress} label={task.text} />
          <span>{task.text}</span>
        </div>
      )}
      <DeleteQuestion worker={worker} open={asking} onOpenChange={setAsking} />
    </li>
  );
}
