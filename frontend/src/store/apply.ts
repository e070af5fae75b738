/** The only writer of the graph: full states, events, and values that wait for the worker's word. */

import type { ExternalWorkerState } from "@/protocol/types.gen";
import type { EventData as Data, EventFrame, FullState, ValueFrame, WireGroup, WireIO, WireLibrary, WireNode } from "@/protocol/wire";
import { batch } from "@/store/collection";
import { edges, groups, loaded, nodes, ports } from "@/store/graph";
import { externals } from "@/store/externals";
import { library } from "@/store/library";
import {
  readEdge,
  readError,
  readGroup,
  readLibrary,
  readNode,
  readPort,
  readPorts,
  readProgress,
  readValue,
  settled,
} from "@/store/records";
import type { EdgeRecord, Json, NodeRecord, NodeStatus, PortRecord } from "@/store/types";
import { NO_VALUE, edgeKey, portKey } from "@/store/types";

// --- the whole state -------------------------------------------------------------------------------------------

export function applyFullState(state: FullState): void {
  const space = state.nodespace;
  const outputs = new Set(space.nodes.flatMap((node) => Object.keys(node.outputs).map((io) => `${node.uuid}/${io}`)));
  const isOutput = (node: string, io: string) => outputs.has(`${node}/${io}`);
  batch(() => {
    ports.replaceAll(space.nodes.flatMap(readPorts).map((port) => [port.key, port]));
    nodes.replaceAll(space.nodes.map((node) => [node.uuid, readNode(node)]));
    const read = space.edges.map((edge) => readEdge(edge.src, edge.dst, isOutput));
    edges.replaceAll(read.map((edge) => [edge.id, edge]));
    groups.replaceAll(space.groups.map((group) => [group.id, readGroup(group)]));
    library.set(readLibrary(state.lib));
    externals.set(state.external_workers ?? []);
    loaded.set(true);
  });
}

/** Forgets the graph, for another worker's. */
export function applyNothing(): void {
  batch(() => {
    for (const collection of [nodes, ports, edges, groups]) collection.replaceAll([]);
    externals.set([]);
    loaded.set(false);
  });
}

export function applyLibrary(lib: WireLibrary): void {
  library.set(readLibrary(lib));
}

// --- events ----------------------------------------------------------------------------------------------------

const handlers: { [event: string]: (data: Data, frame: EventFrame) => void } = {
  node_added: (data) => addNode(data.serialized as unknown as WireNode),
  node_removed: (data) => removeNode(uuidOf(data)),
  node_updated: (data) => updateNode(uuidOf(data), nodeChange(data)),
  edge_added: (data) => addEdge(data),
  edge_removed: (data) => edges.delete(edgeId(data)),
  node_triggered: (data) => updateNode(uuidOf(data), { status: "running", progress: null }),
  node_done: (data) => ran(data),
  node_ran: (data) => ran(data),
  node_error: (data) =>
    updateNode(uuidOf(data), { status: "failed", progress: null, error: readError(data as unknown as { error: string }) }),
  node_progress: (data) => updateNode(uuidOf(data), { progress: readProgress(data) }),
  status: (data) => updateNode(uuidOf(data), nodeChange(data)),
  io_value_changed: (data, frame) => valueChanged(data, frame),
  io_updated: (data) => updatePort(data),
  node_ports_changed: (data) => setPorts(data),
  group_added: (data) => setGroup(data),
  group_updated: (data) => setGroup(data),
  group_removed: (data) => groups.delete(String(data.id)),
  external_workers_changed: (data) => externals.set(data.workers as unknown as ExternalWorkerState[]),
  nodespace_cleared: () => {
    for (const collection of [nodes, ports, edges, groups]) collection.replaceAll([]);
  },
};

/** Applies one event; false for one it does not know (the caller may want it). */
export function applyEvent(frame: EventFrame): boolean {
  const handler = handlers[frame.event];
  if (handler === undefined) return false;
  batch(() => handler(frame.data, frame));
  return true;
}

/** Applies a value that came as bytes. */
export function applyBinaryValue(header: ValueFrame, payload: Uint8Array): void {
  const port = findPort(header.node_uuid, header.io_id, header.io_type);
  if (port === undefined) return;
  const preview = { mime: header.mime, data: payload, complete: header.complete ?? true };
  storeValue(port, { value: NO_VALUE, preview }, header);
}

const uuidOf = (data: Data): string => String(data.uuid ?? data.node_uuid);

function addNode(wire: WireNode): void {
  for (const port of readPorts(wire)) ports.set(port.key, port);
  nodes.set(wire.uuid, readNode(wire));
}

function removeNode(uuid: string): void {
  const node = nodes.get(uuid);
  if (node === undefined) return;
  for (const edge of [...edges.values()]) if (edge.src === uuid || edge.dst === uuid) edges.delete(edge.id);
  for (const io of node.inputs) ports.delete(portKey(uuid, io, true));
  for (const io of node.outputs) ports.delete(portKey(uuid, io, false));
  nodes.delete(uuid);
}

function updateNode(uuid: string, change: Partial<NodeRecord>): void {
  const node = nodes.get(uuid);
  if (node !== undefined) nodes.set(uuid, settled({ ...node, ...change }));
}

/** The set of a node's ports changed. */
function setPorts(data: Data): void {
  const node = nodes.get(uuidOf(data));
  if (node === undefined) return;
  const wire = { inputs: data.inputs, outputs: data.outputs, uuid: node.id } as unknown as WireNode;
  const next = readPorts(wire);
  const kept = new Set(next.map((port) => port.key));
  for (const io of node.inputs) if (!kept.has(portKey(node.id, io, true))) ports.delete(portKey(node.id, io, true));
  for (const io of node.outputs) if (!kept.has(portKey(node.id, io, false))) ports.delete(portKey(node.id, io, false));
  for (const port of next) ports.set(port.key, port);
  nodes.set(node.id, { ...node, inputs: Object.keys(wire.inputs), outputs: Object.keys(wire.outputs) });
}

function ran(data: Data): void {
  const durationS = typeof data.duration_s === "number" ? data.duration_s : null;
  updateNode(uuidOf(data), { status: (data.status ?? "done") as NodeStatus, progress: null, error: null, durationS });
}

/** The fields of an event that a node's record knows, under its names. */
function nodeChange(data: Data): Partial<NodeRecord> {
  const change: Partial<NodeRecord> = {};
  if (typeof data.name === "string") change.name = data.name;
  if (typeof data.description === "string") change.description = data.description;
  if (typeof data.status === "string") change.status = data.status as NodeStatus;
  if (typeof data.mode === "string") change.mode = data.mode as NodeRecord["mode"];
  if (typeof data.duration_s === "number") change.durationS = data.duration_s;
  if ("reset_inputs_on_trigger" in data) change.resetInputsOnTrigger = data.reset_inputs_on_trigger === true;
  if ("timeout_s" in data) change.timeoutS = typeof data.timeout_s === "number" ? data.timeout_s : null;
  if (typeof data.retries === "number") change.retries = data.retries;
  if ("error" in data) change.error = readError(data.error as WireNode["error"]);
  if ("properties" in data) change.properties = (data.properties ?? {}) as Data;
  if ("frontend" in data) Object.assign(change, layoutChange((data.frontend ?? {}) as Data));
  return change;
}

function layoutChange(frontend: Data): Partial<NodeRecord> {
  const change: Partial<NodeRecord> = {};
  if (Array.isArray(frontend.pos)) change.pos = frontend.pos as [number, number];
  if ("size" in frontend) change.size = frontend.size as [number, number] | null;
  if (typeof frontend.collapsed === "boolean") change.collapsed = frontend.collapsed;
  return change;
}

function edgeId(data: Data): string {
  const [src, dst] = [data.src, data.dst] as [[string, string], [string, string]];
  return edgeKey(src[0], src[1], dst[0], dst[1]);
}

function addEdge(data: Data): void {
  const isOutput = (node: string, io: string) => ports.get(portKey(node, io, false)) !== undefined;
  const edge: EdgeRecord = readEdge(data.src as [string, string], data.dst as [string, string], isOutput);
  edges.set(edge.id, edge);
}

function setGroup(data: Data): void {
  const wire = data.group as unknown as WireGroup;
  const before = groups.get(wire.id);
  groups.set(wire.id, { ...before, ...readGroup(wire) });
}

function findPort(node: string, io: string, ioType: unknown): PortRecord | undefined {
  if (ioType === "input") return ports.get(portKey(node, io, true));
  if (ioType === "output") return ports.get(portKey(node, io, false));
  return ports.get(portKey(node, io, false)) ?? ports.get(portKey(node, io, true));
}

function updatePort(data: Data): void {
  const port = findPort(uuidOf({ uuid: data.node_uuid ?? data.uuid ?? null }), String(data.io_id), data.io_type);
  if (port === undefined) return;
  const next = readPort(port.node, { ...wireOf(port), ...(data as unknown as WireIO), id: port.id }, port.isInput);
  ports.set(port.key, { ...next, value: port.value, preview: port.preview, version: port.version, pending: port.pending });
}

function wireOf(port: PortRecord): WireIO {
  return {
    id: port.id,
    name: port.name,
    // The shown value is not news here: updatePort keeps it.
    value: null,
    mime: "",
    complete: true,
    type: port.type,
    default: port.default,
    required: port.required,
    connected: port.connected,
    hidden: port.hidden,
    does_trigger: port.doesTrigger,
    description: port.description,
    render_options: port.renderOptions as Data,
    value_options: port.valueOptions as Data,
  };
}

// --- values, and those that the worker has not confirmed yet ----------------------------------------------------

function valueChanged(data: Data, frame: EventFrame): void {
  const port = findPort(uuidOf({ uuid: data.node_uuid ?? null }), String(data.io_id), data.io_type);
  if (port !== undefined) storeValue(port, readValue(shownBy(data)), frame);
}

function shownBy(data: Data): Parameters<typeof readValue>[0] {
  return {
    data: data.preview === undefined ? (data.value ?? null) : data.preview,
    mime: data.mime as string | undefined,
    complete: data.complete as boolean | undefined,
    href: data.href as string | undefined,
    exact: data.value,
  };
}

function storeValue(
  port: PortRecord,
  shown: Pick<PortRecord, "value" | "preview">,
  frame: { cmd_id?: string | number },
): void {
  let pending = port.pending;
  if (pending !== undefined) {
    pending = String(frame.cmd_id) === pending.cmdId ? undefined : { ...pending, seenOther: true };
  }
  ports.set(port.key, { ...port, ...shown, version: port.version + 1, pending });
}

/** Shows a value before the worker has it. */
export function markPending(key: string, value: Json, cmdId: string): void {
  const port = ports.get(key);
  if (port !== undefined) ports.set(key, { ...port, pending: { value, cmdId, seenOther: false } });
}

/** The worker took the value of this command: where no event said otherwise, it is the port's value now. */
export function settlePending(key: string, cmdId: string): void {
  const port = ports.get(key);
  if (port?.pending?.cmdId !== cmdId) return;
  const { pending, ...rest } = port;
  const taken = pending.seenOther ? {} : readValue({ data: pending.value });
  ports.set(key, { ...rest, ...taken, pending: undefined });
}

/** The worker refused the value: back to what it holds. */
export function dropPending(key: string, cmdId: string): void {
  const port = ports.get(key);
  if (port?.pending?.cmdId === cmdId) ports.set(key, { ...port, pending: undefined });
}
