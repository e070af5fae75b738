import { useState } from "react";
import { EllipsisVertical, Play, Settings2, Square, Trash2 } from "lucide-react";
import type { ExternalWorkerState } from "@/protocol/types.gen";
import { removeExternal, renameExternal, runExternal } from "@/store/externalIntents";
import { EditableText } from "@/panels/EditableText";
import { Button, IconButton } from "@/ui/Button";
import { ConfirmDialog } from "@/ui/Dialog";
import { Menu } from "@/ui/Menu";
import { StatusDot } from "@/ui/StatusDot";
import css from "@/panels/Externals.module.css";

function Status({ one, kind }: { one: ExternalWorkerState; kind: string }) {
  return (
    <span className={css.state}>
      {one.error !== null ? (
        <StatusDot status="failed" word={one.running ? "Running, with failures" : "Stopped by a failure"} />
      ) : (
        <StatusDot
          status={one.running ? "running" : "stopped"}
          tone={one.running ? "ok" : undefined}
          word={one.missing ? "Not installed" : one.running ? "Running" : "Stopped"}
        />
      )}
      <span className={css.detail}>{kind}</span>
    </span>
  );
}

export interface ExternalRowProps {
  one: ExternalWorkerState;
  /** What its class is called. */
  kind: string;
  onConfigure: () => void;
}

/** One external worker: its name, how it is, and what can be done with it. */
export function ExternalRow({ one, kind, onConfigure }: ExternalRowProps) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);

  async function run(running: boolean): Promise<void> {
    setBusy(true);
    try {
      await runExternal(one.uuid, running);
    } finally {
      setBusy(false);
    }
  }

  return (
    <li className={css.external} aria-label={one.name}>
      <div className={css.line}>
        <div className={css.names}>
          <EditableText
            required
            label={`Name of ${one.name}`}
            value={one.name}
            onChange={(name) => void renameExternal(one.uuid, name)}
          />
          <Status one={one} kind={kind} />
        </div>
        {one.running ? (
          <Button size="sm" icon={<Square size={10} />} busy={busy} onClick={() => void run(false)}>
            Stop
          </Button>
        ) : (
          <Button size="sm" icon={<Play size={11} />} busy={busy} disabled={one.missing} onClick={() => void run(true)}>
            Start
          </Button>
        )}
        <Menu
          align="end"
          trigger={
            <IconButton size="sm" label={`More for ${one.name}`} tooltip={false}>
              <EllipsisVertical size={14} />
            </IconButton>
          }
          items={[
            { label: "Configure…", icon: <Settings2 size={14} />, disabled: one.missing, onSelect: onConfigure },
            "---",
            { label: "Remove…", danger: true, icon: <Trash2 size={14} />, onSelect: () => setAsking(true) },
          ]}
        />
      </div>
      {one.error !== null && <p className={css.error}>{one.error}</p>}
      <ConfirmDialog
        danger
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${one.name}?`}
        confirm="Remove"
        onConfirm={() => void removeExternal(one.uuid)}
      >
        It is stopped, and its settings and secrets are forgotten. Its nodes stay in the graph with their values and
        wires, but do not run any more. This cannot be undone.
      </ConfirmDialog>
    </li>
  );
}
