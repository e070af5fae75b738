/** One port of a node: its handle, its name, and the widget or the value. */

import { PortHandle } from "@/canvas/PortHandle";
import { useCell, usePort } from "@/lib/hooks";
import { access, maySet, seesValues } from "@/store/access";
import { setInput } from "@/store/intents";
import type { PortRecord } from "@/store/types";
import { shownValue } from "@/store/types";
import { viewedPort } from "@/store/ui";
import { Preview } from "@/previews/Preview";
import { Widget } from "@/widgets/Widget";
import { typeLabel } from "@/widgets/typeSpec";
import css from "@/canvas/PortRow.module.css";

export function PortRow({ portKey }: { portKey: string }) {
  const port = usePort(portKey);
  const allowed = useCell(access);
  if (port === undefined || (port.hidden && !port.connected)) return null;
  return (
    <div className={port.isInput ? css.input : css.output} data-port={port.id} data-side={port.isInput ? "in" : "out"}>
      <PortHandle portKey={portKey} />
      <span className={css.name} title={hint(port)}>
        {port.name}
      </span>
      <span className={css.value}>
        {port.isInput && !port.connected && maySet(allowed, port.node, port.id) ? (
          <Editor port={port} />
        ) : (
          <Shown port={port} whole={seesValues(allowed)} />
        )}
      </span>
    </div>
  );
}

function hint(port: PortRecord): string {
  const lines = [`${port.name}: ${typeLabel(port.type)}`];
  if (port.isInput && port.required) lines.push("Needs a value");
  if (port.description) lines.push(port.description);
  return lines.join("\n");
}

function Editor({ port }: { port: PortRecord }) {
  return (
    <span className={`${css.editor} nodrag`}>
      <Widget
        port={port}
        value={shownValue(port)}
        size="sm"
        onChange={(value, options) => void setInput(port.node, port.id, value, options)}
      />
    </span>
  );
}

const pictureName = (mime: string): string => mime.slice("image/".length).replace("+xml", "").toUpperCase();

/** The value in a few letters; a click opens it whole. */
function Shown({ port, whole }: { port: PortRecord; whole: boolean }) {
  if (port.preview === null) return null;
  // A picture is seen in the body of its node; a thumbnail beside it would only be noise.
  const picture = port.preview.mime.startsWith("image/") ? pictureName(port.preview.mime) : null;
  const few = picture ?? <Preview mime={port.preview.mime} data={port.preview.data} size="port" port={port} />;
  if (!whole) return <span className={css.shown}>{few}</span>;
  return (
    <button
      type="button"
      className={`${css.shown} nodrag`}
      title="Show the whole value"
      onClick={() => viewedPort.set(port.key)}
    >
      {few}
    </button>
  );
}
