/** What a node shows below its ports: the port its author names, else its first picture or table. */

import { isPicture } from "@/canvas/portLook";
import { useRecord } from "@/lib/hooks";
import { access, seesValues } from "@/store/access";
import { ports } from "@/store/graph";
import type { NodeRecord } from "@/store/types";
import { portKey } from "@/store/types";
import { viewedPort } from "@/store/ui";
import { Preview } from "@/previews/Preview";
import { cx } from "@/ui/cx";
import css from "@/canvas/NodeBody.module.css";

/** The key of the port whose value the body shows, if the node has such a port. */
function bodyPort(node: NodeRecord): string | null {
  const named = node.renderOptions.data?.src;
  if (typeof named === "string") {
    return portKey(node.id, named, !node.outputs.includes(named) && node.inputs.includes(named));
  }
  const first = node.outputs.find((io) => !io.startsWith("_trigger"));
  return first === undefined ? null : portKey(node.id, first, false);
}

export function NodeBody({ node, selected }: { node: NodeRecord; selected: boolean }) {
  const key = bodyPort(node);
  const port = useRecord(ports, key ?? "");
  const named = typeof node.renderOptions.data?.src === "string";
  if (port === undefined || port.preview === null || (!named && !isPicture(port.preview))) return null;
  return (
    // The wheel zooms the canvas, unless the user has chosen this node to look into it.
    <div
      className={cx(css.body, selected && "nowheel nodrag")}
      data-body={port.id}
      onDoubleClick={() => seesValues(access.get()) && viewedPort.set(port.key)}
    >
      <Preview mime={port.preview.mime} data={port.preview.data} size="body" port={port} />
    </div>
  );
}
