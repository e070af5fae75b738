/** External workers: devices and other long-lived objects beside the graph. Read freely; only `apply.ts` writes. */

import type { ExternalWorkerState } from "@/protocol/types.gen";
import { Cell } from "@/store/collection";

export const externals = new Cell<readonly ExternalWorkerState[]>([]);

/** The external worker that a node class belongs to. */
export const ownerOf = (nodeId: string, all = externals.get()): ExternalWorkerState | undefined =>
  all.find((one) => nodeId.startsWith(`${one.classid}.${one.uuid}.`));

/** Whether a class is away only because its external worker is stopped. */
export const isStopped = (nodeId: string): boolean => ownerOf(nodeId)?.missing === false;
