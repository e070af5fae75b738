import { ChevronDown, Plus, Settings2 } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { access } from "@/store/access";
import { openWorker } from "@/store/connect";
import type { WorkerRecord } from "@/store/types";
import { startWorker } from "@/store/workerIntents";
import { currentWorker, workers } from "@/store/workers";
import { openDialog } from "@/panels/dialogs";
import { Button } from "@/ui/Button";
import { Menu, type MenuEntry } from "@/ui/Menu";
import { StatusDot, statusWord } from "@/ui/StatusDot";
import css from "@/panels/Workers.module.css";

function entry(worker: WorkerRecord, current: string | null): MenuEntry {
  const runs = worker.state === "running" || worker.state === "starting";
  return {
    label: worker.name,
    hint: runs ? undefined : statusWord(worker.state),
    checked: worker.uuid === current,
    icon: <StatusDot status={worker.state} tone={worker.state === "running" ? "ok" : undefined} word={false} />,
    onSelect: () => (runs ? openWorker(worker.uuid) : void startWorker(worker.uuid)),
  };
}

const MANAGING: MenuEntry[] = [
  "---",
  { label: "New worker…", icon: <Plus size={14} />, onSelect: () => openDialog.set("new-worker") },
  { label: "Manage workers…", icon: <Settings2 size={14} />, onSelect: () => openDialog.set("workers") },
];

/** The worker whose graph is shown; choosing another one starts it if it does not run. */
export function WorkerMenu() {
  const all = useCell(workers);
  const current = useCell(currentWorker);
  const shown = all.find((worker) => worker.uuid === current);
  const whole = useCell(access).share === "";
  return (
    <Menu
      trigger={
        <Button variant="ghost" className={css.trigger} aria-label={`Worker: ${shown?.name ?? "none"}`}>
          <span className={css.current}>{shown?.name ?? (all.length > 0 ? "Choose a worker" : "No worker")}</span>
          <ChevronDown size={13} className={css.arrow} aria-hidden />
        </Button>
      }
      items={[
        ...(all.length > 0 ? [{ caption: "Workers" }] : []),
        ...all.map((worker) => entry(worker, current)),
        ...(whole ? MANAGING : []),
      ]}
    />
  );
}
