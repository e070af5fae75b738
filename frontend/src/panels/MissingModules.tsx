import { useEffect, useState } from "react";
import { Check, Copy, RotateCw, Search } from "lucide-react";
import { revealNodes } from "@/canvas/actions";
import { useCell, useNodesThat } from "@/lib/hooks";
import type { MissingModules as Missing } from "@/protocol/types.gen";
import { isStopped } from "@/store/externals";
import { nodes } from "@/store/graph";
import { findModules, missingModules } from "@/store/intents";
import type { NodeRecord } from "@/store/types";
import { notify } from "@/store/ui";
import { restartWorker } from "@/store/workerIntents";
import { currentWorker, workers } from "@/store/workers";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import css from "@/panels/MissingModules.module.css";

function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    <div className={css.command}>
      <code>{text}</code>
      <Button size="sm" variant="ghost" icon={copied ? <Check size={13} /> : <Copy size={13} />} onClick={() => void copy()}>
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}

const isMissing = (node: NodeRecord): boolean => node.placeholder && !isStopped(node.nodeId);

/** What is missing and how to get it. */
function Answer({ missing }: { missing: Missing }) {
  const kinds = Object.entries(missing.node_ids);
  if (kinds.length === 0) return <p className={css.text}>Everything that this graph uses is installed.</p>;
  return (
    <>
      {missing.install === "" ? (
        <p className={css.text}>
          The graph does not say which packages have them. Install the modules that you know them from in the
          environment of this worker, then look again.
        </p>
      ) : (
        <>
          <p className={css.text}>
            The graph was saved with{" "}
            {missing.packages.map(({ package: name, version }, at) => (
              <span key={name}>
                {at > 0 && ", "}
                <b>{name}</b> {version}
              </span>
            ))}
            . Install what you trust in the environment of this worker, then look again:
          </p>
          <Command text={missing.install} />
        </>
      )}
      <h3 className={css.title}>Missing classes</h3>
      <ul className={css.kinds}>
        {kinds.map(([id, count]) => (
          <li key={id}>
            <code>{id}</code> <span>{count === 1 ? "1 node" : `${count} nodes`}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** `asked` counts how often it was looked again. */
function useMissing(open: boolean, asked: number): Missing | null {
  const [missing, setMissing] = useState<Missing | null>(null);
  useEffect(() => {
    if (!open) return undefined;
    let gone = false;
    void missingModules().then((answer) => !gone && setMissing(answer ?? null));
    return () => {
      gone = true;
    };
  }, [open, asked]);
  return missing;
}

/** Why nodes are placeholders: which modules they wait for, and how to install them. */
export function MissingModules({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [asked, setAsked] = useState(0);
  const [busy, setBusy] = useState(false);
  const missing = useMissing(open, asked);
  const waiting = useNodesThat(isMissing);
  const uuid = useCell(currentWorker);
  const managed = useCell(workers).some((one) => one.uuid === uuid && one.remote === undefined);

  async function look(): Promise<void> {
    setBusy(true);
    try {
      const found = await findModules();
      for (const failure of found?.failed ?? []) notify("error", failure);
      setAsked(asked + 1);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={`${waiting.length} of ${nodes.size} nodes wait for modules`}
      description="They keep their values, names and wires, and work again once their modules are installed."
      footer={
        <>
          <Button
            disabled={waiting.length === 0}
            onClick={() => {
              onClose();
              revealNodes(waiting);
            }}
          >
            Show them
          </Button>
          <Button variant="primary" icon={<Search size={13} />} busy={busy} onClick={() => void look()}>
            Look again
          </Button>
          {managed && uuid !== null && (
            <Button icon={<RotateCw size={13} />} onClick={() => void restartWorker(uuid).then(onClose)}>
              Restart the worker
            </Button>
          )}
        </>
      }
    >
      {missing !== null && <Answer missing={missing} />}
    </Dialog>
  );
}
