/** The frames that a worker sends, put together from the generated message types. */

import type { Failure, Hello, LargeMessage, NodespaceEvent, Pong, ProgressMessage, Resync, Result } from "@/protocol/types.gen";
import type { Json } from "@/protocol/json";

export type {
  EdgeState as WireEdge,
  FullState,
  GroupState as WireGroup,
  IOState as WireIO,
  LibraryNode as WireLibraryNode,
  LibraryPort as WireLibraryPort,
  LibraryState as WireLibrary,
  LogLine,
  NodeState as WireNode,
  ShelfState as WireShelf,
  TableWindow,
} from "@/protocol/types.gen";

export type EventData = { [key: string]: Json };

/** Events of the graph and of the worker; the latter say nothing of who did it. */
export type EventFrame = Omit<NodespaceEvent, "type" | "data" | "rev"> & {
  type: "nodespaceevent" | "workerevent";
  data: EventData;
  rev?: number;
};

/** The head of a binary frame: a value event whose preview is the payload. */
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

export type Frame = EventFrame | Hello | Resync | Pong | Result | Failure | ProgressMessage | LargeMessage;

export interface BinaryFrame {
  header: ValueFrame;
  payload: Uint8Array;
}
