/** Search-to-add at the pointer; with a wire in hand, what is added is joined to it. */

import { useEffect, useRef } from "react";
import { getBezierPath, Position } from "@xyflow/react";
import { handleId, judge } from "@/canvas/connecting";
import { NODE_WIDTH } from "@/canvas/estimate";
import { selectNodes } from "@/canvas/flow";
import { useCell } from "@/lib/hooks";
import { ports } from "@/store/graph";
import { addNode, connect, newGesture } from "@/store/intents";
import { library } from "@/store/library";
import { portKey, type LibraryPort } from "@/store/types";
import { addSearch, type AddSearch as Opened } from "@/store/ui";
import { AddNode } from "@/panels/AddNode";
import type { Fitting } from "@/panels/librarySearch";
import { fitScore } from "@/widgets/typeSpec";
import css from "@/canvas/AddSearch.module.css";

const WIDTH = 420;
const HEIGHT = 400;
const EDGE = 12;
/** Where on a node its first port is, so that a dropped wire ends at the pointer. */
const PORT_OFFSET = 48;

const close = (): void => addSearch.set(null);

function fittingOf(wire: NonNullable<Opened["wire"]>): Fitting | null {
  const port = ports.get(portKey(wire.node, wire.io, wire.isInput));
  return port === undefined ? null : { type: port.type, direction: wire.isInput ? "wants" : "feeds" };
}

/** The port of a node class that a wire suits best. */
function bestPort(candidates: readonly LibraryPort[], fitting: Fitting): LibraryPort | undefined {
  const score = (port: LibraryPort) =>
    fitting.direction === "feeds" ? fitScore(fitting.type, port.type) : fitScore(port.type, fitting.type);
  const usable = candidates.filter((port) => !port.id.startsWith("_trigger"));
  const best = Math.max(0, ...usable.map(score));
  return best === 0 ? undefined : usable.find((port) => score(port) === best);
}

async function choose(nodeId: string, opened: Opened): Promise<void> {
  close();
  const { wire, pos } = opened;
  const gesture = newGesture();
  if (wire === undefined) {
    const uuid = await addNode(nodeId, pos, { gesture });
    if (uuid !== undefined) selectNodes([uuid]);
    return;
  }
  const place: [number, number] = [wire.isInput ? pos[0] - NODE_WIDTH : pos[0], pos[1] - PORT_OFFSET];
  const uuid = await addNode(nodeId, place, { gesture });
  const entry = library.get().byId[nodeId];
  const fitting = fittingOf(wire);
  if (uuid === undefined || entry === undefined || fitting === null) return;
  selectNodes([uuid]);
  const port = bestPort(wire.isInput ? entry.outputs : entry.inputs, fitting);
  if (port === undefined) return;
  const verdict = judge(wire, { node: uuid, io: port.id, isInput: !wire.isInput });
  if (verdict.ok) await connect(verdict.wire, { gesture });
}

export function AddSearch() {
  const opened = useCell(addSearch);
  if (opened === null) return null;
  return (
    <>
      {opened.wire !== undefined && <LooseWire opened={opened} wire={opened.wire} />}
      <Palette key={`${opened.x},${opened.y}`} opened={opened} />
    </>
  );
}

/** The wire that was dropped, still in the air until it is known where it goes. */
function LooseWire({ opened, wire }: { opened: Opened; wire: NonNullable<Opened["wire"]> }) {
  const handle = document.querySelector(
    `.react-flow__handle[data-nodeid="${CSS.escape(wire.node)}"][data-handleid="${CSS.escape(handleId(wire.io, wire.isInput))}"]`,
  );
  if (handle === null) return null;
  const box = handle.getBoundingClientRect();
  const [side, other] = [Position.Right, Position.Left];
  const [path] = getBezierPath({
    sourceX: box.x + box.width / 2,
    sourceY: box.y + box.height / 2,
    sourcePosition: wire.isInput ? other : side,
    targetX: opened.x,
    targetY: opened.y,
    targetPosition: wire.isInput ? side : other,
  });
  return (
    <svg className={css.loose} aria-hidden>
      <path d={path} />
    </svg>
  );
}

function Palette({ opened }: { opened: Opened }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close();
    };
    addEventListener("pointerdown", away, true);
    return () => removeEventListener("pointerdown", away, true);
  }, []);
  const left = Math.max(EDGE, Math.min(opened.x, innerWidth - WIDTH - EDGE));
  const top = Math.max(EDGE, Math.min(opened.y, innerHeight - HEIGHT - EDGE));
  return (
    <div ref={box} className={css.palette} style={{ left, top, width: WIDTH }} role="dialog" aria-label="Add a node">
      <AddNode
        fitting={opened.wire === undefined ? null : fittingOf(opened.wire)}
        onChoose={(nodeId) => void choose(nodeId, opened)}
        onClose={close}
      />
    </div>
  );
}
