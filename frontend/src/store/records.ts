/** From the worker's shapes to the editor's records. */

import type { EventData, WireGroup, WireIO, WireLibrary, WireLibraryNode, WireLibraryPort, WireNode, WireShelf } from "@/protocol/wire";
import type {
  EdgeRecord,
  GroupRecord,
  Json,
  Library,
  LibraryNode,
  LibraryShelf,
  NodeError,
  NodeProgress,
  NodeRecord,
  PortRecord,
  TypeSpec,
} from "@/store/types";
import { NO_VALUE, edgeKey, portKey } from "@/store/types";

const JSON_MIME = "application/json";

type Shown = Pick<PortRecord, "value" | "preview">;

/** What a port shows, and its exact value where that is JSON and all there. `exact` wins over the shown data. */
export function readValue(wire: {
  data: Json;
  mime?: string;
  complete?: boolean;
  href?: string;
  exact?: Json;
}): Shown {
  const mime = wire.mime ?? JSON_MIME;
  const complete = wire.complete ?? true;
  const whole = complete && mime === JSON_MIME ? wire.data : NO_VALUE;
  const value = wire.exact === undefined ? whole : wire.exact;
  if (wire.data === NO_VALUE) return { value, preview: null };
  return { value, preview: { mime, data: wire.data, complete, href: wire.href } };
}

export function readPort(node: string, wire: WireIO, isInput: boolean): PortRecord {
  const { value, mime, complete, href } = wire;
  return {
    key: portKey(node, wire.id, isInput),
    node,
    id: wire.id,
    name: wire.name || wire.id,
    isInput,
    type: wire.type as TypeSpec,
    ...readValue({ data: value as Json, mime, complete, href }),
    version: 0,
    default: wire.default as Json,
    required: wire.required,
    connected: wire.connected,
    hidden: wire.hidden,
    doesTrigger: wire.does_trigger,
    renderOptions: wire.render_options as PortRecord["renderOptions"],
    valueOptions: wire.value_options as PortRecord["valueOptions"],
    description: wire.description,
  };
}

export function readError(error: { error: string; traceback?: string } | null): NodeError | null {
  return error && { error: error.error, traceback: error.traceback ?? "" };
}

export function readProgress(wire: EventData | null): NodeProgress | null {
  if (wire === null) return null;
  const message = wire.message ?? "";
  return {
    ...wire,
    progress: typeof wire.progress === "number" ? wire.progress : null,
    message: typeof message === "string" ? message : "",
  };
}

const STOPPED = "NodeCancelledError";

/** Tells a run that was stopped from one that failed. */
export function settled(node: NodeRecord): NodeRecord {
  const stopped = node.status === "failed" && (node.error?.error.startsWith(STOPPED) ?? false);
  return stopped ? { ...node, status: "stopped" } : node;
}

export function readNode(wire: WireNode): NodeRecord {
  return settled({
    id: wire.uuid,
    nodeId: wire.node_id,
    // Earlier releases named nodes "Class(uuid)": the id says nothing to people.
    name: wire.name.replace(`(${wire.uuid})`, "") || wire.node_id,
    description: wire.description,
    status: wire.status,
    mode: wire.mode,
    pos: wire.frontend.pos ?? [0, 0],
    size: wire.frontend.size ?? null,
    collapsed: wire.frontend.collapsed ?? false,
    inputs: Object.keys(wire.inputs),
    outputs: Object.keys(wire.outputs),
    error: readError(wire.error),
    progress: readProgress(wire.progress as EventData | null),
    durationS: wire.duration_s,
    properties: wire.properties as NodeRecord["properties"],
    renderOptions: wire.render_options as NodeRecord["renderOptions"],
    placeholder: wire.placeholder,
    resetInputsOnTrigger: wire.reset_inputs_on_trigger,
    timeoutS: wire.timeout_s,
    retries: wire.retries,
  });
}

export function readPorts(wire: WireNode): PortRecord[] {
  const read = (ios: { [id: string]: WireIO }, isInput: boolean) =>
    Object.entries(ios).map(([id, io]) => readPort(wire.uuid, { ...io, id }, isInput));
  return [...read(wire.inputs, true), ...read(wire.outputs, false)];
}

/** `isOutput` tells whether a node has an output of that name; what is none is a forward. */
export function readEdge(
  src: [string, string],
  dst: [string, string],
  isOutput: (node: string, io: string) => boolean,
): EdgeRecord {
  return {
    id: edgeKey(src[0], src[1], dst[0], dst[1]),
    src: src[0],
    srcIo: src[1],
    dst: dst[0],
    dstIo: dst[1],
    forward: !isOutput(src[0], src[1]),
  };
}

export function readGroup(wire: WireGroup): GroupRecord {
  return {
    id: wire.id,
    name: wire.name,
    colour: wire.colour ?? "",
    collapsed: wire.collapsed,
    nodes: wire.nodes,
    groups: wire.groups,
  };
}

function readLibraryNode(wire: WireLibraryNode, path: string[]): LibraryNode {
  const port = (io: WireLibraryPort) => ({
    id: io.id,
    name: io.name || io.id,
    type: io.type as TypeSpec,
    required: io.required,
  });
  return {
    nodeId: wire.node_id,
    name: wire.name,
    description: wire.description,
    inputs: wire.inputs.map(port),
    outputs: wire.outputs.map(port),
    drop: wire.drop ?? undefined,
    path,
  };
}

/** The shelf of the nodes of external workers; inside it each has a shelf named by its id, described by its name. */
const EXTERNALS = "_external_worker";

function shelfName(wire: WireShelf, above: string[]): string {
  if (wire.name === EXTERNALS && above.length === 0) return "External workers";
  return above.length === 1 && above[0] === "External workers" ? wire.description || wire.name : wire.name;
}

function readShelf(wire: WireShelf, above: string[]): LibraryShelf {
  const name = shelfName(wire, above);
  const path = [...above, name];
  return {
    name,
    description: wire.description,
    nodes: wire.nodes.map((node) => readLibraryNode(node, path)),
    subshelves: wire.subshelves.map((shelf) => readShelf(shelf, path)),
  };
}

export function readLibrary(wire: WireLibrary): Library {
  const shelves = wire.shelves.map((shelf) => readShelf(shelf, []));
  // ids come from modules: none of them is a name that every object has already
  const byId = Object.create(null) as Library["byId"];
  const collect = (shelf: LibraryShelf): void => {
    for (const node of shelf.nodes) byId[node.nodeId] = node;
    shelf.subshelves.forEach(collect);
  };
  shelves.forEach(collect);
  return { shelves, byId };
}
