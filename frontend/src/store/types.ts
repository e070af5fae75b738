/** Records of one graph as the editor keeps them: flat, by id, replaced (never changed in place) by `apply.ts`. */

import { NO_VALUE, type Json, type TypeSpec } from "@/protocol/json";

export { NO_VALUE };
export type { Json, TypeSpec };

/** As the worker has it, and `stopped`: a run that somebody ended is no failure. */
export type NodeStatus = "idle" | "waiting" | "running" | "done" | "failed" | "stopped" | "muted" | "stale";
export type NodeMode = "active" | "muted" | "bypassed";

/** What a port shows. `data` is JSON, or bytes for binary mime types (images, octet-stream). */
export interface PreviewData {
  mime: string;
  data: Json | Uint8Array;
  /** False when the worker cut the value to its byte budget. */
  complete: boolean;
  /** Where the bytes are (below the worker's HTTP routes) when `data` is null because the value is not JSON. */
  href?: string;
}

export interface ValueOptions {
  min?: number;
  max?: number;
  step?: number;
  options?: Json;
  colorspace?: string;
  [key: string]: Json | undefined;
}

export interface RenderOptions {
  type?: string;
  step?: number;
  [key: string]: Json | undefined;
}

export interface PortRecord {
  /** `portKey(node, id, isInput)`; the key of the record. */
  key: string;
  node: string;
  id: string;
  name: string;
  isInput: boolean;
  type: TypeSpec;
  /** The value as JSON where it is JSON and complete, else NO_VALUE; what a widget edits. */
  value: Json;
  /** What a preview shows; null when there is no value. */
  preview: PreviewData | null;
  /** Grows with each value that arrived. */
  version: number;
  default: Json;
  required: boolean;
  connected: boolean;
  hidden: boolean;
  doesTrigger: boolean;
  renderOptions: RenderOptions;
  valueOptions: ValueOptions;
  description: string;
  /** A value that this editor has sent and the worker has not confirmed yet. */
  pending?: { value: Json; cmdId: string; seenOther: boolean };
}

export interface NodeError {
  error: string;
  traceback: string;
}

export interface NodeProgress {
  progress: number | null;
  message: string;
  [key: string]: Json | undefined;
}

export interface NodeRecord {
  id: string;
  nodeId: string;
  name: string;
  description: string;
  status: NodeStatus;
  mode: NodeMode;
  pos: [number, number];
  size: [number, number] | null;
  collapsed: boolean;
  inputs: string[]; // io ids, in order
  outputs: string[];
  error: NodeError | null;
  progress: NodeProgress | null;
  /** Seconds the last run took. */
  durationS: number | null;
  properties: { [key: string]: Json };
  renderOptions: { data?: { src?: string; type?: string }; [key: string]: Json | undefined };
  /** Its class is not installed; the node keeps its data and edges. */
  placeholder: boolean;
  resetInputsOnTrigger: boolean;
  /** Seconds that a run may take; null for any number. */
  timeoutS: number | null;
  /** How often a run that fails is tried again. */
  retries: number;
}

export interface EdgeRecord {
  id: string; // edgeKey(...)
  src: string;
  srcIo: string;
  dst: string;
  dstIo: string;
  /** From an input to an input. */
  forward: boolean;
}

export interface GroupRecord {
  id: string;
  name: string;
  colour: string;
  collapsed: boolean;
  nodes: string[];
  groups: string[]; // child groups
}

export interface LibraryPort {
  id: string;
  name: string;
  type: TypeSpec;
  required: boolean;
}

export interface LibraryNode {
  nodeId: string;
  name: string;
  description: string;
  inputs: LibraryPort[];
  outputs: LibraryPort[];
  /** Names of the shelves from the root to it. */
  path: string[];
  /** Which files it reads, by how their names end, and the input that takes the path. */
  drop?: { suffixes: string[]; input: string };
}

export interface LibraryShelf {
  name: string;
  description: string;
  nodes: LibraryNode[];
  subshelves: LibraryShelf[];
}

export interface Library {
  shelves: LibraryShelf[];
  byId: { [nodeId: string]: LibraryNode };
}

export type WorkerRunState = "running" | "starting" | "stopping" | "stopped" | "crashed" | "unreachable";

export interface WorkerRecord {
  uuid: string;
  name: string;
  state: WorkerRunState;
  detail: string;
  /** The address of one that somebody else runs: it can be opened and forgotten, not started or stopped. */
  remote?: string;
}

export type Connection = "connecting" | "open" | "lost" | "closed" | "none";

export const portKey = (node: string, io: string, isInput: boolean): string =>
  `${node}/${isInput ? "in" : "out"}/${io}`;

export const edgeKey = (src: string, srcIo: string, dst: string, dstIo: string): string =>
  `${src}/${srcIo}>${dst}/${dstIo}`;

/** The value a widget edits: what was typed last, else what the worker holds. */
export const shownValue = (port: PortRecord): Json => (port.pending ? port.pending.value : port.value);
