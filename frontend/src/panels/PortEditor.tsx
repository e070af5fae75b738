import { Eye, EyeOff, Maximize2, Unplug } from "lucide-react";
import { portLook } from "@/canvas/portLook";
import { selectNodes } from "@/canvas/flow";
import { useNode, usePort, useRecord } from "@/lib/hooks";
import { edges, edgesOf } from "@/store/graph";
import { disconnect, setInput, updatePort } from "@/store/intents";
import { type EdgeRecord, type PortRecord, shownValue } from "@/store/types";
import { viewedPort } from "@/store/ui";
import { Preview } from "@/previews/Preview";
import { Prose } from "@/panels/Prose";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { typeLabel } from "@/widgets/typeSpec";
import { isNoValue } from "@/widgets/values";
import { Widget } from "@/widgets/Widget";
import css from "@/panels/PortEditor.module.css";

/** Where a connected input's value comes from, as a link to that node. */
function Source({ edgeId }: { edgeId: string }) {
  const edge = useRecord(edges, edgeId);
  const node = useNode(edge?.src ?? "");
  if (!edge || !node) return null;
  return (
    <span className={css.source}>
      from{" "}
      <button type="button" className={css.link} onClick={() => selectNodes([node.id])}>
        {node.name}
      </button>
      <IconButton label="Disconnect" size="sm" onClick={() => void disconnect(wireOf(edge))}>
        <Unplug size={12} />
      </IconButton>
    </span>
  );
}

const wireOf = (edge: EdgeRecord) => ({ src: edge.src, srcIo: edge.srcIo, dst: edge.dst, dstIo: edge.dstIo });

function Value({ port }: { port: PortRecord }) {
  if (port.preview === null || isNoValue(port.preview.data)) return <p className={css.nothing}>no value yet</p>;
  return (
    <div className={css.value}>
      <Preview mime={port.preview.mime} data={port.preview.data} complete={port.preview.complete} size="body" port={port} />
    </div>
  );
}

function Head({ port }: { port: PortRecord }) {
  const hidden = port.hidden;
  const missing = port.isInput && port.required && !port.connected && isNoValue(shownValue(port));
  return (
    <header className={css.head}>
      <i className={css.dot} style={{ background: portLook(port.type).colour }} aria-hidden />
      <span className={cx(css.name, hidden && css.hidden)} title={port.description || port.id}>
        {port.name}
        {missing && (
          <span className={css.required} title="Needs a value">
            *
          </span>
        )}
      </span>
      <span className={css.type} title={typeLabel(port.type)}>
        {typeLabel(port.type)}
      </span>
      {port.preview !== null && (
        <IconButton label={`Show all of ${port.name}`} size="sm" className={css.tool} onClick={() => viewedPort.set(port.key)}>
          <Maximize2 size={12} />
        </IconButton>
      )}
      <IconButton
        label={hidden ? "Show on the node" : port.connected ? "Connected ports stay visible" : "Hide on the node"}
        size="sm"
        className={cx(css.tool, hidden && css.kept)}
        disabled={port.connected && !hidden}
        onClick={() => void updatePort(port.node, port.id, { hidden: !hidden })}
      >
        {hidden ? <EyeOff size={12} /> : <Eye size={12} />}
      </IconButton>
    </header>
  );
}

/** One port in the properties: its name and type, its value to edit or to read, shown or hidden. */
export function PortEditor({ portKey }: { portKey: string }) {
  const port = usePort(portKey);
  if (port === undefined) return null;
  const edge = port.isInput && port.connected ? edgesOf(port.node).find((one) => one.dst === port.node && one.dstIo === port.id) : undefined;
  const editable = port.isInput && !port.connected;
  return (
    <div className={css.port} data-port={port.id}>
      <Head port={port} />
      {port.description && (
        <p className={css.description}>
          <Prose text={port.description} />
        </p>
      )}
      {edge && <Source edgeId={edge.id} />}
      {editable ? (
        <Widget
          port={port}
          value={shownValue(port)}
          size="md"
          onChange={(value, options) => void setInput(port.node, port.id, value, options)}
        />
      ) : (
        <Value port={port} />
      )}
    </div>
  );
}
