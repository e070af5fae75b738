/** Wires: drawing, dropping on empty ground, taking one off its port. */

import { useMemo, useRef } from "react";
import { useReactFlow, type Connection, type Edge, type FinalConnectionState } from "@xyflow/react";
import { connecting, judge, readHandle, type PortEnd } from "@/canvas/connecting";
import { edges } from "@/store/graph";
import { connect, disconnect, rewire } from "@/store/intents";
import { addSearch, notify } from "@/store/ui";

/** The two ports that a connection of React Flow's joins, the one it began at first. */
function ends(connection: Connection | Edge): [PortEnd, PortEnd] | null {
  const from = readHandle(connection.source, connection.sourceHandle);
  const to = readHandle(connection.target, connection.targetHandle);
  return from === null || to === null ? null : [from, to];
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

export function useConnect() {
  const { screenToFlowPosition } = useReactFlow();
  const reconnecting = useRef(false);
  return useMemo(() => {
    const onConnect = (connection: Connection): void => {
      const pair = ends(connection);
      const verdict = pair && judge(...pair);
      if (verdict?.ok) void connect(verdict.wire);
    };

    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
      connecting.set(null);
      if (reconnecting.current) return;
      const from = readHandle(state.fromNode?.id ?? null, state.fromHandle?.id);
      const to = readHandle(state.toNode?.id ?? null, state.toHandle?.id);
      if (from !== null && to !== null) {
        const verdict = judge(from, to);
        if (!verdict.ok && verdict.reason !== "") notify("info", verdict.reason);
      } else if (from !== null && state.toNode === null && (event.target as Element).closest(".react-flow__pane")) {
        const { x, y } = pointOf(event);
        const at = screenToFlowPosition({ x, y });
        addSearch.set({ x, y, pos: [at.x, at.y], wire: from });
      }
    };

    const onReconnect = (old: Edge, connection: Connection): void => {
      const record = edges.get(old.id);
      const pair = ends(connection);
      const verdict = pair && judge(...pair);
      if (record !== undefined && verdict?.ok) void rewire(record, verdict.wire);
    };

    const onReconnectEnd = (
      _: MouseEvent | TouchEvent,
      old: Edge,
      __: unknown,
      state: FinalConnectionState,
    ): void => {
      reconnecting.current = false;
      connecting.set(null);
      const record = edges.get(old.id);
      if (record !== undefined && state.toHandle === null) void disconnect(record);
    };

    return {
      onConnect,
      onConnectStart: (_: unknown, at: { nodeId: string | null; handleId: string | null }) =>
        connecting.set(readHandle(at.nodeId, at.handleId)),
      onConnectEnd,
      isValidConnection: (connection: Connection | Edge) => {
        const pair = ends(connection);
        return pair !== null && judge(...pair).ok;
      },
      onReconnect,
      onReconnectStart: () => {
        reconnecting.current = true;
      },
      onReconnectEnd,
    };
  }, [screenToFlowPosition]);
}
