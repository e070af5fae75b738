import { type FormEvent, useState } from "react";
import { useCell } from "@/lib/hooks";
import { newWorker } from "@/store/workerIntents";
import { workers } from "@/store/workers";
import { tasks } from "@/store/ui";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Progress } from "@/ui/Progress";
import { Switch } from "@/ui/Switch";
import { Field, TextField } from "@/ui/TextField";
import css from "@/panels/Workers.module.css";

export function freeName(taken: readonly string[]): string {
  for (let number = taken.length + 1; ; number += 1) {
    const name = `Worker ${number}`;
    if (!taken.includes(name)) return name;
  }
}

function problemOf(name: string, taken: readonly string[]): string | null {
  if (name.trim() === "") return "A worker needs a name";
  return taken.includes(name.trim()) ? "There is a worker of that name" : null;
}

function Environment(props: { own: boolean; disabled: boolean; onChange: (own: boolean) => void }) {
  const { own, disabled, onChange } = props;
  return (
    <div className={css.choice}>
      <div>
        <strong>Its own environment</strong>
        <p>Packages that you install for it stay apart from others. Takes a little longer to create.</p>
      </div>
      <Switch label="Its own environment" checked={own} disabled={disabled} onChange={onChange} />
    </div>
  );
}

/** Asks for a new worker and shows how far its environment is. */
export function NewWorker({ open, onClose }: { open: boolean; onClose: () => void }) {
  const taken = useCell(workers).map((worker) => worker.name);
  const waiting = useCell(tasks);
  const [name, setName] = useState<string | null>(null);
  const [own, setOwn] = useState(true);
  const [busy, setBusy] = useState(false);
  const shown = name ?? freeName(taken);
  const problem = problemOf(shown, taken);
  const task = waiting[waiting.length - 1];

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (problem !== null || busy) return;
    setBusy(true);
    setName(shown); // the list of taken names is about to hold this one
    try {
      await newWorker({ name: shown.trim(), in_venv: own });
      setName(null);
      onClose();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      size="sm"
      title="New worker"
      description="A worker runs one graph, in a process of its own."
      footer={
        <>
          <Button onClick={onClose}>{busy ? "Close" : "Cancel"}</Button>
          <Button variant="primary" type="submit" form="new-worker" busy={busy} disabled={problem !== null}>
            Create
          </Button>
        </>
      }
    >
      <form id="new-worker" className={css.form} onSubmit={(event) => void create(event)}>
        <Field label="Name">
          <TextField autoFocus value={shown} error={busy ? null : problem} disabled={busy} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Environment own={own} disabled={busy} onChange={setOwn} />
        {busy && (
          <div className={css.task} role="status">
            <Progress value={task?.progress ?? null} label="Creating the worker" />
            <span>{task?.text ?? "Creating the worker…"}</span>
          </div>
        )}
      </form>
    </Dialog>
  );
}
