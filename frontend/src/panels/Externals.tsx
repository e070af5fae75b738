import { useEffect, useState } from "react";
import { Plus, Radio } from "lucide-react";
import { useCell } from "@/lib/hooks";
import type { ExternalClassInfo, ExternalConfig, ExternalWorkerState } from "@/protocol/types.gen";
import {
  addExternal,
  configureExternal,
  type ExternalConfigValues,
  externalForm,
  listExternals,
  newExternalForm,
} from "@/store/externalIntents";
import { externals } from "@/store/externals";
import { ExternalForm } from "@/panels/ExternalForm";
import { ExternalRow } from "@/panels/ExternalRow";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { EmptyState } from "@/ui/EmptyState";
import { Menu } from "@/ui/Menu";
import css from "@/panels/Externals.module.css";

/** What the form is about: a new one of a class, or one that there is. */
type Subject = { add: ExternalClassInfo } | { change: ExternalWorkerState };

function useClasses(open: boolean): readonly ExternalClassInfo[] {
  const [classes, setClasses] = useState<readonly ExternalClassInfo[]>([]);
  useEffect(() => {
    if (!open) return undefined;
    let gone = false;
    void listExternals().then((found) => !gone && setClasses(found?.classes ?? []));
    return () => {
      gone = true;
    };
  }, [open]);
  return classes;
}

function Nothing({ classes }: { classes: readonly ExternalClassInfo[] }) {
  return (
    <EmptyState icon={<Radio size={22} />} title={classes.length > 0 ? "None yet" : "No module offers any"}>
      {classes.length > 0
        ? "Add one, and its nodes appear in the library."
        : "Modules for devices, such as cameras, bring them along. Install one in the environment of this worker."}
    </EmptyState>
  );
}

/** Devices and other long-lived objects beside the graph, whose methods are nodes. */
export function Externals({ open, onClose }: { open: boolean; onClose: () => void }) {
  const all = useCell(externals);
  const classes = useClasses(open);
  const [subject, setSubject] = useState<Subject | null>(null);
  const [form, setForm] = useState<ExternalConfig | null>(null);
  const nameOf = (classid: string) => classes.find((one) => one.classid === classid)?.name ?? classid;

  async function ask(next: Subject): Promise<void> {
    const found = "add" in next ? await newExternalForm(next.add.classid) : await externalForm(next.change.uuid);
    if (found === undefined) return;
    setSubject(next);
    setForm(found);
  }

  async function keep(config: ExternalConfigValues, name: string): Promise<boolean> {
    if (subject === null) return true;
    const done =
      "add" in subject ? await addExternal(subject.add.classid, name, config) : await configureExternal(subject.change.uuid, config);
    return done !== undefined;
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="External workers"
      description="Devices and other things that live beside the graph. Their nodes are in the library while they run."
      actions={
        <Menu
          align="end"
          trigger={
            <Button icon={<Plus size={14} />} disabled={classes.length === 0}>
              Add
            </Button>
          }
          items={classes.map((one) => ({ label: one.name, onSelect: () => void ask({ add: one }) }))}
        />
      }
    >
      {all.length === 0 ? (
        <Nothing classes={classes} />
      ) : (
        <ul className={css.externals}>
          {all.map((one) => (
            <ExternalRow key={one.uuid} one={one} kind={nameOf(one.classid)} onConfigure={() => void ask({ change: one })} />
          ))}
        </ul>
      )}
      <ExternalForm
        form={form}
        naming={subject !== null && "add" in subject}
        title={subject === null ? "" : "add" in subject ? `New ${subject.add.name}` : subject.change.name}
        description={subject !== null && "add" in subject ? subject.add.description : undefined}
        action={subject !== null && "add" in subject ? "Add and start" : "Save"}
        onKeep={keep}
        onClose={() => setForm(null)}
      />
    </Dialog>
  );
}
