import { useCallback, useEffect, useState } from "react";
import { Check, Copy, Link2, Trash2 } from "lucide-react";
import { useCell } from "@/lib/hooks";
import type { Access, Scope } from "@/store/access";
import { nodes, ports } from "@/store/graph";
import { selection } from "@/store/selection";
import { linkOf, listShares, makeShare, revokeShare, type Share } from "@/store/shares";
import { currentWorker } from "@/store/workers";
import { Button, IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, TextField } from "@/ui/TextField";
import css from "@/panels/Share.module.css";

const SCOPES: { id: Scope; label: string; help: string }[] = [
  { id: "view", label: "See the graph", help: "and what its ports show: no files, logs or whole values" },
  { id: "knobs", label: "Turn some knobs", help: "also set the inputs chosen below" },
  { id: "run", label: "Run it", help: "also run, stop and pause nodes" },
  { id: "edit", label: "Change it", help: "which means running Python as you" },
];
const HOURS: [number, string][] = [
  [1, "1 hour"],
  [8, "8 hours"],
  [24, "a day"],
  [168, "a week"],
];
const MOST_INPUTS = 200;

interface Knob {
  key: string;
  node: string;
  io: string;
  label: string;
}

/** Inputs that somebody could set: those of the selected nodes, or of all where none is selected. */
function knobs(): Knob[] {
  const chosen = new Set(selection.get().nodes);
  const found: Knob[] = [];
  for (const port of ports.values()) {
    if (!port.isInput || port.connected || port.hidden) continue;
    if (chosen.size > 0 && !chosen.has(port.node)) continue;
    found.push({ key: port.key, node: port.node, io: port.id, label: `${nodes.get(port.node)?.name ?? ""}: ${port.name}` });
  }
  return found.slice(0, MOST_INPUTS);
}

const until = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Makes links that let others see or use the graph, and takes them back. */
export function ShareDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      size="md"
      title="Share"
      description="A link lets somebody else use this worker, without the token, until it ends or you revoke it."
    >
      {open && <Content />}
    </Dialog>
  );
}

function Content() {
  const [shares, setShares] = useState<Share[]>([]);
  const [error, setError] = useState<string | null>(null);
  const [made, setMade] = useState<Share | null>(null);
  const attempt = useCallback(async (work: () => Promise<unknown>) => {
    try {
      setError(null);
      await work();
      setShares(await listShares());
    } catch (failed) {
      setError(failed instanceof Error ? failed.message : String(failed));
    }
  }, []);
  useEffect(() => void attempt(async () => undefined), [attempt]);
  return (
    <div className={css.content}>
      <Maker onMake={(wanted) => void attempt(async () => setMade(await makeShare(wanted)))} />
      {error !== null && (
        <p className={css.error} role="alert">
          {error}
        </p>
      )}
      {made !== null && <Made share={made} />}
      {shares.length > 0 && (
        <section>
          <h3 className={css.title}>Links that are good now</h3>
          <ul className={css.list}>
            {shares.map((share) => (
              <li key={share.id} className={css.row}>
                <span className={css.scope}>{share.scope}</span>
                <span className={css.what}>{share.label || "without a name"}</span>
                <span className={css.until}>until {until(share.expires_at)}</span>
                <IconButton
                  size="sm"
                  label={`Revoke the link ${share.label || share.id}`}
                  onClick={() => void attempt(async () => {
                    await revokeShare(share.id);
                    setMade((last) => (last?.id === share.id ? null : last));
                  })}
                >
                  <Trash2 size={13} />
                </IconButton>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Maker({ onMake }: { onMake: (wanted: Parameters<typeof makeShare>[0]) => void }) {
  const worker = useCell(currentWorker);
  const [scope, setScope] = useState<Scope>("view");
  const [hours, setHours] = useState(8);
  const [label, setLabel] = useState("");
  const [all] = useState(knobs);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const lists = scope === "knobs" || scope === "run";
  const inputs = (): Access["inputs"] => (lists ? all.filter(({ key }) => chosen.has(key)).map(({ node, io }) => [node, io]) : []);
  const toggle = (key: string) => setChosen((now) => new Set(now.has(key) ? [...now].filter((one) => one !== key) : [...now, key]));
  return (
    <>
      <fieldset className={css.scopes}>
        <legend className={css.title}>Whoever has the link may</legend>
        {SCOPES.map(({ id, label: name, help }) => (
          <label key={id} className={css.choice} data-danger={id === "edit" || undefined}>
            <input type="radio" name="scope" checked={scope === id} onChange={() => setScope(id)} />
            <span>
              <strong>{name}</strong> {help}
            </span>
          </label>
        ))}
      </fieldset>
      {lists && (
        <fieldset className={css.knobs}>
          <legend className={css.title}>Inputs that may be set</legend>
          {all.length === 0 && <p className={css.none}>No input here is free to be set.</p>}
          {all.map(({ key, label: name }) => (
            <label key={key} className={css.choice}>
              <input type="checkbox" checked={chosen.has(key)} onChange={() => toggle(key)} />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div className={css.line}>
        <Field label="For">
          <select className={css.select} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {HOURS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Called">
          <TextField value={label} maxLength={100} placeholder="For your list" onChange={(event) => setLabel(event.target.value)} />
        </Field>
        <Button
          variant="primary"
          icon={<Link2 size={14} />}
          disabled={worker === null || (scope === "knobs" && chosen.size === 0)}
          onClick={() => onMake({ scope, hours, worker, label, inputs: inputs() })}
        >
          Make a link
        </Button>
      </div>
    </>
  );
}

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);

function Made({ share }: { share: Share }) {
  const link = linkOf(share);
  const [copied, setCopied] = useState(false);
  return (
    <div className={css.made}>
      <div className={css.line}>
        <TextField className={css.link} readOnly value={link} aria-label="The link" onFocus={(event) => event.target.select()} />
        <Button
          icon={copied ? <Check size={14} /> : <Copy size={14} />}
          onClick={() => void navigator.clipboard.writeText(link).then(() => setCopied(true))}
        >
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
      <p className={css.none}>
        Send it as you would send a password.
        {LOCAL.has(location.hostname) && " This address works on this machine only."}
      </p>
    </div>
  );
}
