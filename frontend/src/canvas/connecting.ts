/** The wire that is being dragged, and which ports would take it. */

import { Cell } from "@/store/collection";
import { edgeInto, ports, targetPort } from "@/store/graph";
import type { Wire } from "@/store/intents";
import { portKey } from "@/store/types";
import { fitScore, typeLabel } from "@/widgets/typeSpec";

export interface PortEnd {
  node: string;
  io: string;
  isInput: boolean;
}

export const connecting = new Cell<PortEnd | null>(null);

export const handleId = (io: string, isInput: boolean): string => `${isInput ? "in" : "out"}:${io}`;

/** What a handle of the canvas stands for. */
export function readHandle(node: string | null, handle: string | null | undefined): PortEnd | null {
  if (node === null || !handle) return null;
  const cut = handle.indexOf(":");
  return { node, io: handle.slice(cut + 1), isInput: handle.slice(0, cut) === "in" };
}

export type Verdict = { ok: true; wire: Wire; note: string } | { ok: false; reason: string };

const no = (reason: string): Verdict => ({ ok: false, reason });

/** Whether a wire may join two ports, and in which direction; `from` is where the drag began. */
export function judge(from: PortEnd, to: PortEnd): Verdict {
  if (from.node === to.node && from.isInput === to.isInput) return no("");
  if (!from.isInput && !to.isInput) return no("An output needs an input");
  const [src, dst] = !to.isInput ? [to, from] : [from, to];
  const source = ports.get(portKey(src.node, src.io, src.isInput));
  const target = targetPort(dst.node, dst.io);
  if (source === undefined || target === undefined) return no("This port is gone");
  if (fitScore(source.type, target.type) === 0) {
    return no(`${typeLabel(source.type)} never fits ${typeLabel(target.type)}`);
  }
  const occupied = edgeInto(dst.node, dst.io) !== undefined;
  const wire = { src: src.node, srcIo: src.io, dst: dst.node, dstIo: dst.io };
  return { ok: true, wire, note: occupied ? "Replaces the wire that is here" : "" };
}
