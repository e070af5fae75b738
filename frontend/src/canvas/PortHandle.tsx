/** The point of a port where wires end. While a wire is dragged it shows whether it would take it. */

import { Handle, Position } from "@xyflow/react";
import { connecting, handleId, judge } from "@/canvas/connecting";
import { portLook } from "@/canvas/portLook";
import { useCell, usePort } from "@/lib/hooks";
import { cx } from "@/ui/cx";
import css from "@/canvas/PortHandle.module.css";

export function PortHandle({ portKey }: { portKey: string }) {
  const port = usePort(portKey);
  const from = useCell(connecting);
  if (port === undefined) return null;
  const look = portLook(port.type);
  const own = from !== null && from.node === port.node && from.io === port.id && from.isInput === port.isInput;
  const verdict = from === null || own ? null : judge(from, { node: port.node, io: port.id, isInput: port.isInput });
  return (
    <Handle
      // Every handle is a source for React Flow: inputs may feed inputs, and a drag may start anywhere.
      type="source"
      id={handleId(port.id, port.isInput)}
      position={port.isInput ? Position.Left : Position.Right}
      className={cx(css.handle, css[look.shape], verdict?.ok === true && css.fits, verdict?.ok === false && css.refuses)}
      style={{ "--look": look.colour } as React.CSSProperties}
      data-connected={port.connected}
      data-required={port.isInput && port.required && !port.id.startsWith("_trigger") && port.preview === null && !port.connected}
      title={verdict === null ? undefined : verdict.ok ? verdict.note : verdict.reason}
      role="img"
      aria-label={`${port.isInput ? "Input" : "Output"} ${port.name}`}
    />
  );
}
