import { useEffect, useState } from "react";
import { Check, Copy, Download } from "lucide-react";
import { usePort } from "@/lib/hooks";
import { nodes } from "@/store/graph";
import { CommandError, currentLink } from "@/store/session";
import { valueUrl } from "@/store/intents";
import type { Json, PortRecord, PreviewData } from "@/store/types";
import { Preview } from "@/previews/Preview";
import { choosePreview } from "@/previews/choose";
import { save, valueFile } from "@/previews/download";
import { previewUrl } from "@/previews/objectUrl";
import { Button, IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { typeLabel } from "@/widgets/typeSpec";
import { isNoValue, wireToText } from "@/widgets/values";
import css from "@/previews/FullView.module.css";

/** JSON-like previews are cut to a budget; for those the dialog asks for the whole value. Of tables it asks for rows. */
const WHOLE_KINDS: ReadonlySet<string> = new Set(["json", "text", "number"]);

interface Whole {
  value: Json | null;
  failure: string | null;
}

/** The whole value of a port, fetched again for each version; null until (or unless) it came. */
function useWhole(port: PortRecord): Whole {
  const { node, id, version, preview } = port;
  const [state, setState] = useState<Whole>({ value: null, failure: null });
  const wanted = preview !== null && !preview.complete && WHOLE_KINDS.has(choosePreview(preview.mime, preview.data));
  useEffect(() => {
    if (!wanted) return setState({ value: null, failure: null });
    let stale = false;
    currentLink()
      .call("get_io_value", { uuid: node, io_id: id, full: true })
      .then(
        (value) => !stale && setState({ value: value as Json, failure: null }),
        (error: unknown) => {
          if (!(error instanceof CommandError)) throw error;
          if (!stale) setState({ value: null, failure: "Only a part of this value can be shown here." });
        },
      );
    return () => {
      stale = true;
    };
  }, [wanted, node, id, version]);
  return state;
}

/** What the dialog shows: the whole value where it was asked for. */
function shownData(preview: PreviewData, whole: Json | null): { mime: string; data: unknown } {
  return whole === null ? preview : { mime: "application/json", data: whole };
}

/** Where a table comes from as text, of which the editor holds the first rows only. */
function wholeTable(port: PortRecord): string | null {
  const { preview, node, id, version } = port;
  if (preview === null || preview.complete || choosePreview(preview.mime, preview.data) !== "table") return null;
  return `${valueUrl(node, id, version)}&io_type=${port.isInput ? "input" : "output"}&format=csv`;
}

async function textOf(port: PortRecord, data: unknown): Promise<string> {
  const table = wholeTable(port);
  if (table !== null) return (await fetch(table)).text();
  return wireToText(data) ?? JSON.stringify(data, null, 2);
}

function CopyValue({ port, data }: { port: PortRecord; data: unknown }) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(await textOf(port, data));
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <IconButton label={copied ? "Copied" : "Copy"} onClick={() => void copy()}>
      {copied ? <Check size={15} /> : <Copy size={15} />}
    </IconButton>
  );
}

function ValueBody({ port, whole }: { port: PortRecord; whole: Whole }) {
  const { value, failure } = whole;
  if (port.preview === null || isNoValue(port.preview.data)) return <p className={css.note}>No value yet.</p>;
  const shown = shownData(port.preview, value);
  return (
    <div className={css.value}>
      {failure && <p className={css.note}>{failure}</p>}
      <Preview mime={shown.mime} data={shown.data} size="full" port={port} complete={port.preview.complete || value !== null} />
    </div>
  );
}

/** Saves what is shown as a file; what the editor does not hold whole comes from the worker. */
function download(port: PortRecord, whole: Json | null, name: string): void {
  if (port.preview === null) return;
  const { mime, data } = shownData(port.preview, whole);
  const kind = choosePreview(mime, data, port.renderOptions.type);
  const picture = kind === "svg" || kind === "image"; // these come whole or not at all
  const file = picture || port.preview.complete || whole !== null ? valueFile(kind, mime, data, name) : null;
  save(file ?? wholeTable(port) ?? (picture ? previewUrl(port) : valueUrl(port.node, port.id, port.version)));
}

function Opened({ port, onClose }: { port: PortRecord; onClose: () => void }) {
  const whole = useWhole(port);
  const node = nodes.get(port.node);
  const data = whole.value ?? port.preview?.data;
  const held = data !== undefined && !isNoValue(data);
  const title = `${node?.name ?? port.node} · ${port.name}`;
  return (
    <Dialog
      open
      size="full"
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={<span className={css.type}>{typeLabel(port.type)}</span>}
      actions={
        held && (
          <>
            {!(data instanceof Uint8Array) && <CopyValue port={port} data={data} />}
            <Button variant="ghost" icon={<Download size={14} />} onClick={() => download(port, whole.value, `${node?.name ?? ""} ${port.name}`)}>
              Download
            </Button>
          </>
        )
      }
    >
      <ValueBody port={port} whole={whole} />
    </Dialog>
  );
}

/** The whole value of one port in a dialog; follows the value while it is open. */
export function FullView({ portKey, onClose }: { portKey: string; onClose: () => void }) {
  const port = usePort(portKey);
  return port === undefined ? null : <Opened port={port} onClose={onClose} />;
}
