/** One node: head, ports with their widgets and values, what it shows, what went wrong. */

import { memo, useEffect } from "react";
import { NodeResizeControl, useStore, useStoreApi, useUpdateNodeInternals, type NodeProps } from "@xyflow/react";
import { estimate } from "@/canvas/estimate";
import { LOW_DETAIL } from "@/canvas/fit";
import { NodeBody } from "@/canvas/NodeBody";
import { NodeErrorStrip } from "@/canvas/NodeErrorStrip";
import { NodeHead } from "@/canvas/NodeHead";
import { PortRow } from "@/canvas/PortRow";
import { PortHandle } from "@/canvas/PortHandle";
import { dropEstimate } from "@/canvas/flow";
import { useCell, useNode } from "@/lib/hooks";
import { access, reaches } from "@/store/access";
import { externals, ownerOf } from "@/store/externals";
import { layoutNodes } from "@/store/intents";
import type { NodeRecord } from "@/store/types";
import { portKey } from "@/store/types";
import { cx } from "@/ui/cx";
import css from "@/canvas/NodeCard.module.css";

export const NodeCard = memo(function NodeCard({ id, selected, width, height }: NodeProps) {
  const node = useNode(id);
  const low = useStore((state) => state.transform[2] < LOW_DETAIL);
  if (node === undefined) return null;
  const classes = cx(css.card, css[node.status], css[node.mode], selected && css.selected, node.placeholder && css.placeholder);
  return (
    <>
      <article
        className={cx(classes, low && css.low)}
        style={low ? { width, height } : width === undefined ? undefined : { width }}
        data-node={id}
        data-status={node.status}
        aria-label={node.name}
      >
        {low ? <span className={css.lowTitle}>{node.name}</span> : <FullNode node={node} selected={selected ?? false} />}
      </article>
      {low && <PlainPorts node={node} />}
    </>
  );
});

/** From afar: nothing but the places where the wires end, for React Flow to find them again when it measures. */
function PlainPorts({ node }: { node: NodeRecord }) {
  const flow = useStoreApi();
  const known = flow.getState().nodeLookup.get(node.id)?.internals.handleBounds?.source;
  const places = known && known.length > 0 ? known : (estimate(node).handles ?? []);
  return places.map((place) => (
    <i
      key={place.id}
      className="source"
      data-handleid={place.id}
      data-handlepos={place.position}
      style={{ position: "absolute", left: place.x, top: place.y, width: place.width, height: place.height }}
    />
  ));
}

function FullNode({ node, selected }: { node: NodeRecord; selected: boolean }) {
  useMeasuredPorts(node);
  const edits = reaches(useCell(access), "edit");
  return (
    <>
      <NodeHead node={node} />
      {node.placeholder && <Absence nodeId={node.nodeId} />}
      {node.status === "running" && node.progress?.message && <p className={css.message}>{node.progress.message}</p>}
      {!node.collapsed && <TriggerPorts node={node} />}
      {node.collapsed ? <FoldedPorts node={node} /> : <Ports node={node} />}
      {!node.collapsed && <NodeBody node={node} selected={selected} />}
      {node.error !== null && node.status === "failed" && <NodeErrorStrip id={node.id} error={node.error} />}
      {selected && edits && !node.collapsed && <Resizer node={node} />}
    </>
  );
}

/** Why a node is a placeholder. */
function Absence({ nodeId }: { nodeId: string }) {
  const owner = ownerOf(nodeId, useCell(externals));
  return owner?.missing === false ? (
    <p className={css.missing} title="It keeps its values and wires, and works again once its external worker runs">
      Stopped: {owner.name}
    </p>
  ) : (
    <p className={css.missing} title="It keeps its values and wires, and works again once the module is installed">
      Not installed: {nodeId}
    </p>
  );
}

/** Tells React Flow where the ports lie, whenever they may have come to lie elsewhere. */
function useMeasuredPorts(node: NodeRecord): void {
  const updateInternals = useUpdateNodeInternals();
  const layout = `${node.collapsed}|${node.inputs.join()}|${node.outputs.join()}`;
  useEffect(() => {
    updateInternals(node.id); // measures in the next frame; the estimate goes behind it
    const frame = requestAnimationFrame(() => dropEstimate(node.id));
    return () => cancelAnimationFrame(frame);
  }, [node.id, layout, updateInternals]);
}

const isTrigger = (io: string): boolean => io.startsWith("_trigger");

function Ports({ node }: { node: NodeRecord }) {
  return (
    <div className={css.ports}>
      <div className={css.inputs}>
      {node.inputs.filter((io) => !isTrigger(io)).map((io) => (
        <PortRow key={`in:${io}`} portKey={portKey(node.id, io, true)} />
      ))}
      </div>
      {node.outputs.filter((io) => !isTrigger(io)).map((io) => (
        <PortRow key={`out:${io}`} portKey={portKey(node.id, io, false)} />
      ))}
    </div>
  );
}

/** "Run me" and "I have run" sit at the head: they carry no value. */
function TriggerPorts({ node }: { node: NodeRecord }) {
  return (
    <div className={css.triggers}>
      {node.inputs.filter(isTrigger).map((io) => (
        <PortHandle key={io} portKey={portKey(node.id, io, true)} />
      ))}
      {node.outputs.filter(isTrigger).map((io) => (
        <PortHandle key={io} portKey={portKey(node.id, io, false)} />
      ))}
    </div>
  );
}

/** A folded node keeps its wires: all handles of a side lie on one another. */
function FoldedPorts({ node }: { node: NodeRecord }) {
  return (
    <div className={css.folded}>
      {node.inputs.map((io) => (
        <PortHandle key={`in:${io}`} portKey={portKey(node.id, io, true)} />
      ))}
      {node.outputs.map((io) => (
        <PortHandle key={`out:${io}`} portKey={portKey(node.id, io, false)} />
      ))}
    </div>
  );
}

function Resizer({ node }: { node: NodeRecord }) {
  return (
    <NodeResizeControl
      className={css.resizer}
      position="right"
      autoScale={false}
      minWidth={180}
      maxWidth={900}
      onResizeEnd={(_, size) => void layoutNodes(new Map([[node.id, { size: [Math.round(size.width), Math.round(size.height)] }]]))}
    />
  );
}
