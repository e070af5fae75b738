/** The frames of protocol.md as the editor reads them. */

import type { Json, TypeSpec } from "@/protocol/json";

export interface WireIO {
  id: string;
  name?: string;
  type?: TypeSpec;
  value?: Json;
  mime?: string;
  complete?: boolean;
  href?: string;
  default?: Json;
  required?: boolean;
  connected?: boolean;
  hidden?: boolean;
  does_trigger?: boolean;
  description?: string;
  render_options?: { [key: string]: Json };
  value_options?: { [key: string]: Json };
}

export interface WireNode {
  node_id: string;
  uuid: string;
  name?: string;
  description?: string;
  inputs?: { [id: string]: WireIO };
  outputs?: { [id: string]: WireIO };
  status?: string;
  mode?: string;
  frontend?: { pos?: [number, number]; size?: [number, number] | null; collapsed?: boolean } | null;
  progress?: { [key: string]: Json } | null;
  error?: { error: string; traceback?: string } | string | null;
  duration_s?: number | null;
  properties?: { [key: string]: Json };
  render_options?: { [key: string]: Json };
  reset_inputs_on_trigger?: boolean;
  placeholder?: boolean;
}

export interface WireEdge {
  src: [string, string];
  dst: [string, string];
}

export interface WireGroup {
  id: string;
  name?: string;
  colour?: string | null;
  collapsed?: boolean;
  nodes?: string[];
  groups?: string[];
}

export interface WireLibraryNode {
  node_id: string;
  name: string;
  description?: string;
  inputs?: WireIO[];
  outputs?: WireIO[];
}

export interface WireShelf {
  name: string;
  description?: string;
  nodes?: WireLibraryNode[];
  subshelves?: WireShelf[];
}

export interface FullState {
  nodespace: {
    nodes: WireNode[];
    edges: WireEdge[];
    groups: WireGroup[];
    prop: { [key: string]: Json };
  };
  lib: { shelves: WireShelf[] };
  worker: { uuid: string; name: string };
  seq: number;
  rev: number;
  epoch?: string;
  client?: string;
}

export interface EventFrame {
  type: "nodespaceevent" | "workerevent";
  event: string;
  data: { [key: string]: Json };
  seq?: number;
  prev?: number;
  rev?: number;
  by?: string;
  cmd_id?: string | number;
}

export interface ValueFrame {
  type: string;
  node_uuid: string;
  io_id: string;
  io_type?: string;
  mime: string;
  complete?: boolean;
  seq?: number;
  prev?: number;
  by?: string;
  cmd_id?: string | number;
}

export type Frame =
  | EventFrame
  | { type: "hello"; epoch: string; client: string; seq: number; rev: number; worker: { uuid: string; name: string } }
  | { type: "resync" }
  | { type: "pong" }
  | { type: "result"; cmd: string; id?: string; result: Json; rev?: number }
  | { type: "error"; cmd?: string; id?: string; error: string; code: string; data?: Json; traceback?: string }
  | { type: "progress"; text: string; progress: number | null; task?: string }
  | { type: "large_message"; msg_id: string; size: number };

export interface BinaryFrame {
  header: ValueFrame;
  payload: Uint8Array;
}
