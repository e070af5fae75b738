/** The canvas: draws the graph and turns gestures into intents. */

import { useCallback, useEffect, useRef } from "react";
import {
  Background,
  BackgroundVariant,
  ConnectionMode,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
  type EdgeTypes,
  type NodeTypes,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { CanvasControls } from "@/canvas/CanvasControls";
import { Overview } from "@/canvas/Overview";
import { useContextMenu } from "@/canvas/CanvasMenu";
import { useConnect } from "@/canvas/useConnect";
import { commitMoves, flowEdges, flowNodes, forgetFlow, onEdgesChange, onNodesChange, startFlow } from "@/canvas/flow";
import { CALM_FIT, FIT, LOW_DETAIL } from "@/canvas/fit";
import { GroupFrame } from "@/canvas/GroupFrame";
import { NodeCard } from "@/canvas/NodeCard";
import { useDrop } from "@/canvas/useDrop";
import { useCanvasKeys } from "@/canvas/useKeys";
import { Wire } from "@/canvas/Wire";
import { useCell, useKeys } from "@/lib/hooks";
import { access, may, reaches } from "@/store/access";
import { loaded, nodes } from "@/store/graph";
import { addSearch, fitRequests, revealed } from "@/store/ui";
import { currentWorker } from "@/store/workers";
import "@/canvas/flow.css";
import css from "@/canvas/Canvas.module.css";

/** Nodes are drawn, measured and filled with their values in the meantime. */
const SETTLE_MS = 120;

const EDGE_TYPES: EdgeTypes = { wire: Wire };
const NODE_TYPES: NodeTypes = { node: NodeCard, frame: GroupFrame };

export function Canvas() {
  const shownNodes = useCell(flowNodes);
  const shownEdges = useCell(flowEdges);
  const { screenToFlowPosition } = useReactFlow();
  const low = useStore((state) => state.transform[2] < LOW_DETAIL);
  const surface = useRef<HTMLDivElement>(null);
  const connect = useConnect();
  const drop = useDrop();
  const menu = useContextMenu();
  const edits = reaches(useCell(access), "edit");
  useEffect(startFlow, []);
  useCanvasKeys(surface);
  useFitOnLoad();
  useHomeWhenEmpty();
  useReveal();

  const openSearch = useCallback(
    (x: number, y: number) => {
      const at = screenToFlowPosition({ x, y });
      addSearch.set({ x, y, pos: [at.x, at.y] });
    },
    [screenToFlowPosition],
  );

  const onDoubleClick = useCallback(
    (event: React.MouseEvent) => {
      const onPane = (event.target as Element).classList.contains("react-flow__pane");
      if (onPane && may("edit")) openSearch(event.clientX, event.clientY);
    },
    [openSearch],
  );

  return (
    <div ref={surface} className={css.canvas} data-detail={low ? "low" : "full"} onDoubleClick={onDoubleClick} {...(edits ? drop : {})}>
      {menu.layer}
      <ReactFlow
        nodes={shownNodes}
        edges={shownEdges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={() => void commitMoves()}
        onSelectionDragStop={() => void commitMoves()}
        {...(edits ? menu.handlers : {})}
        {...connect}
        nodesDraggable={edits}
        nodesConnectable={edits}
        edgesReconnectable={edits}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={28}
        reconnectRadius={12}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        selectionKeyCode="Shift"
        panActivationKeyCode={null}
        deleteKeyCode={null}
        disableKeyboardA11y // useKeys.ts has the keys: one place for all
        zoomOnDoubleClick={false}
        elevateEdgesOnSelect
        onlyRenderVisibleElements
        minZoom={0.08}
        maxZoom={2.5}
        nodeDragThreshold={3}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} color="var(--canvas-dot)" />
        <Overview />
        <CanvasControls />
      </ReactFlow>
    </div>
  );
}

/** Shows a whole graph when it comes on screen, and when something asks for it. */
function useFitOnLoad(): void {
  const { fitView } = useReactFlow();
  const worker = useCell(currentWorker);
  const isLoaded = useCell(loaded);
  const requests = useCell(fitRequests);
  useEffect(() => {
    if (!isLoaded) {
      forgetFlow();
      return undefined;
    }
    if (nodes.size === 0) return undefined;
    const timer = setTimeout(() => void fitView(FIT), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [fitView, worker, isLoaded, requests]);
}

/** Brings nodes on the screen that something has asked for. */
function useReveal(): void {
  const { fitView } = useReactFlow();
  const ids = useCell(revealed);
  useEffect(() => {
    if (ids.length > 0) void fitView({ ...CALM_FIT, nodes: ids.map((id) => ({ id })) });
  }, [fitView, ids]);
}

/** An empty canvas is a new sheet: seen at its own size, so that the next node can be read. */
function useHomeWhenEmpty(): void {
  const { setViewport } = useReactFlow();
  const isEmpty = useKeys(nodes).length === 0;
  useEffect(() => {
    if (isEmpty) void setViewport({ x: 0, y: 0, zoom: 1 });
  }, [isEmpty, setViewport]);
}
