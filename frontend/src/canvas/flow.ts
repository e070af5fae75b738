/** What React Flow draws, kept in step with the graph: an object changes only when its record did. */

import { applyEdgeChanges, applyNodeChanges, type Edge, type EdgeChange, type Node, type NodeChange } from "@xyflow/react";
import { handleId } from "@/canvas/connecting";
import { estimate, widthOf } from "@/canvas/estimate";
import { groupBounds, type Box } from "@/canvas/groupBounds";
import { portLook } from "@/canvas/portLook";
import { Cell } from "@/store/collection";
import { edges, groups, membersOf, nodes, ports, sourcePort } from "@/store/graph";
import { layoutNodes, type Layout } from "@/store/intents";
import { selection } from "@/store/selection";
import type { EdgeRecord, NodeRecord } from "@/store/types";

export const flowNodes = new Cell<Node[]>([]);
export const flowEdges = new Cell<Edge[]>([]);

const GROUP = "group:";
export const groupNodeId = (id: string): string => GROUP + id;
const isGroup = (node: { id: string }): boolean => node.id.startsWith(GROUP);
const groupIdOf = (flowId: string): string => flowId.slice(GROUP.length);

/** The layout that each drawn node was last given, so that a drag under way is not undone by other news. */
const given = new Map<string, NodeRecord>();
/** Nodes whose new place the worker has not confirmed; their drawn place stands. */
const moving = new Map<string, number>();
/** What shall be selected once it is there (after a paste). */
let selectNext: ReadonlySet<string> | null = null;

function drawNode(record: NodeRecord, drawn: Node | undefined): Node {
  const before = given.get(record.id);
  given.set(record.id, record);
  const select = selectNext?.has(record.id);
  if (drawn === undefined) {
    const fresh: Node = { id: record.id, type: "node", position: { x: record.pos[0], y: record.pos[1] }, data: {} };
    return sized({ ...fresh, ...estimate(record), selected: select ?? false }, record);
  }
  const held = drawn.dragging === true || moving.has(record.id);
  const moved = !held && (drawn.position.x !== record.pos[0] || drawn.position.y !== record.pos[1]);
  const resized = before?.size !== record.size || before?.collapsed !== record.collapsed;
  const reselected = select !== undefined && select !== drawn.selected;
  if (!moved && !resized && !reselected) return drawn;
  const position = moved ? { x: record.pos[0], y: record.pos[1] } : drawn.position;
  const next = { ...drawn, position, selected: select ?? drawn.selected };
  return resized ? sized(next, record) : next;
}

function sized(node: Node, record: NodeRecord): Node {
  if (record.size === null || record.collapsed) return { ...node, width: undefined, height: undefined };
  return { ...node, width: widthOf(record), height: undefined };
}

function drawGroup(id: string, box: Box, drawn: Node | undefined): Node {
  const same =
    drawn !== undefined &&
    drawn.position.x === box.x &&
    drawn.position.y === box.y &&
    drawn.width === box.width &&
    drawn.height === box.height;
  if (same) return drawn;
  return {
    ...drawn,
    id: groupNodeId(id),
    type: "frame",
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    data: {},
    zIndex: -1,
    dragHandle: ".group-handle",
  };
}

function drawGroups(members: Node[], drawn: Map<string, Node>): Node[] {
  const boxes = groupBounds(members, groups);
  return [...boxes].map(([id, box]) => drawGroup(id, box, drawn.get(groupNodeId(id))));
}

function syncNodes(): void {
  const drawn = new Map(flowNodes.get().map((node) => [node.id, node]));
  const members = [...nodes.values()].map((record) => drawNode(record, drawn.get(record.id)));
  selectNext = null;
  publish([...drawGroups(members, drawn), ...members]);
}

function publish(next: Node[]): void {
  const before = flowNodes.get();
  const same = next.length === before.length && next.every((node, at) => node === before[at]);
  if (same) return;
  flowNodes.set(next);
  noteSelection();
}

function drawEdge(record: EdgeRecord, drawn: Edge | undefined): Edge {
  const source = sourcePort(record.src, record.srcIo);
  const stroke = source === undefined ? "var(--port-any)" : portLook(source.type).colour;
  if (drawn !== undefined && drawn.style?.stroke === stroke) return drawn;
  return {
    ...drawn,
    id: record.id,
    type: "wire",
    source: record.src,
    sourceHandle: handleId(record.srcIo, record.forward),
    target: record.dst,
    targetHandle: handleId(record.dstIo, true),
    style: { stroke },
    className: record.forward ? "wire-forward" : undefined,
    reconnectable: true,
  };
}

function syncEdges(): void {
  const before = flowEdges.get();
  const drawn = new Map(before.map((edge) => [edge.id, edge]));
  const next = [...edges.values()]
    .filter((record) => nodes.get(record.src) !== undefined && nodes.get(record.dst) !== undefined)
    .map((record) => drawEdge(record, drawn.get(record.id)));
  if (next.length === before.length && next.every((edge, at) => edge === before[at])) return;
  flowEdges.set(next);
  noteSelection();
}

/** Follows the graph from now on. */
export function startFlow(): () => void {
  syncNodes();
  syncEdges();
  const stops = [
    nodes.subscribeAny(syncNodes),
    groups.subscribeAny(syncNodes),
    edges.subscribeAny(syncEdges),
    nodes.subscribeKeys(syncEdges),
    ports.subscribeKeys(syncEdges),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Drops what is known of places, when another graph is shown. */
export function forgetFlow(): void {
  given.clear();
  moving.clear();
}

// --- what the user does on the canvas --------------------------------------------------------------------------

export function onNodesChange(changes: NodeChange[]): void {
  const carried = changes.flatMap(carry);
  // A removal is a wish of React Flow's, not a fact: nodes leave when the worker says so.
  const facts = [...changes, ...carried].filter((change) => change.type !== "remove");
  let next = applyNodeChanges(facts, flowNodes.get());
  if (facts.some((change) => change.type === "position" || change.type === "dimensions")) {
    const members = next.filter((node) => !isGroup(node));
    next = [...drawGroups(members, new Map(next.map((node) => [node.id, node]))), ...members];
  }
  publish(next);
}

/** Moving a group moves what is in it. */
function carry(change: NodeChange): NodeChange[] {
  if (change.type !== "position" || change.position === undefined || !change.id.startsWith(GROUP)) return [];
  const all = flowNodes.get();
  const frame = all.find((node) => node.id === change.id);
  if (frame === undefined) return [];
  const [dx, dy] = [change.position.x - frame.position.x, change.position.y - frame.position.y];
  const inside = new Set(membersOf(groupIdOf(change.id)));
  return all
    .filter((node) => inside.has(node.id) && !node.selected)
    .map((node) => ({
      type: "position",
      id: node.id,
      position: { x: node.position.x + dx, y: node.position.y + dy },
      dragging: change.dragging,
    }));
}

/** The ports of a node have been measured: from now on they lie where they are, not where they were expected. */
export function dropEstimate(id: string): void {
  const before = flowNodes.get();
  const at = before.findIndex((node) => node.id === id);
  const node = before[at];
  if (node?.handles === undefined) return;
  flowNodes.set(before.with(at, { ...node, handles: undefined }));
}

export function onEdgesChange(changes: EdgeChange[]): void {
  flowEdges.set(applyEdgeChanges(changes.filter((change) => change.type !== "remove"), flowEdges.get()));
  noteSelection();
}

/** Sends the places of all nodes that were moved. */
export async function commitMoves(): Promise<void> {
  const moved = new Map<string, Layout>();
  for (const node of flowNodes.get()) {
    const record = nodes.get(node.id);
    if (record === undefined) continue;
    const pos: [number, number] = [Math.round(node.position.x), Math.round(node.position.y)];
    if (pos[0] !== record.pos[0] || pos[1] !== record.pos[1]) moved.set(node.id, { pos });
  }
  if (moved.size === 0) return;
  for (const id of moved.keys()) moving.set(id, (moving.get(id) ?? 0) + 1);
  await layoutNodes(moved);
  for (const id of moved.keys()) {
    const left = (moving.get(id) ?? 1) - 1;
    if (left === 0) moving.delete(id);
    else moving.set(id, left);
  }
  syncNodes();
}

// --- selection -------------------------------------------------------------------------------------------------

const sameIds = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, at) => id === other[at]);

function noteSelection(): void {
  const chosen = flowNodes.get().filter((node) => node.selected);
  const next = {
    nodes: chosen.filter((node) => !isGroup(node)).map((node) => node.id),
    groups: chosen.filter(isGroup).map((node) => groupIdOf(node.id)),
    edges: flowEdges.get().filter((edge) => edge.selected).map((edge) => edge.id),
  };
  const now = selection.get();
  if (sameIds(next.nodes, now.nodes) && sameIds(next.groups, now.groups) && sameIds(next.edges, now.edges)) return;
  selection.set(next);
}

/** Selects these nodes and nothing else, also such as have not arrived yet. */
export function selectNodes(ids: readonly string[]): void {
  const wanted = new Set(ids);
  if (ids.some((id) => nodes.get(id) === undefined)) selectNext = wanted;
  publish(flowNodes.get().map((node) => (node.selected === wanted.has(node.id) ? node : { ...node, selected: wanted.has(node.id) })));
  flowEdges.set(flowEdges.get().map((edge) => (edge.selected ? { ...edge, selected: false } : edge)));
  noteSelection();
}
