/** React's view of the stores: each hook wakes its component for one record only. */

import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Cell, Collection } from "@/store/collection";
import { edges, groups, nodes, ports } from "@/store/graph";
import type { EdgeRecord, GroupRecord, NodeRecord, PortRecord } from "@/store/types";

export function useCell<T>(cell: Cell<T>): T {
  return useSyncExternalStore(cell.subscribe, cell.get);
}

export function useRecord<T>(collection: Collection<T>, key: string): T | undefined {
  const subscribe = useCallback((wake: () => void) => collection.subscribe(key, wake), [collection, key]);
  const snapshot = useCallback(() => collection.get(key), [collection, key]);
  return useSyncExternalStore(subscribe, snapshot);
}

export function useKeys<T>(collection: Collection<T>): readonly string[] {
  return useSyncExternalStore(collection.subscribeKeys, collection.keys);
}

/** Ids of the nodes that are so; wakes only when they become others. `test` must not change. */
export function useNodesThat(test: (node: NodeRecord) => boolean): string[] {
  const joined = useSyncExternalStore(nodes.subscribeAny, () => {
    let ids = "";
    for (const node of nodes.values()) if (test(node)) ids += `${node.id}\n`;
    return ids;
  });
  return useMemo(() => joined.split("\n").slice(0, -1), [joined]);
}

export const useNode = (id: string): NodeRecord | undefined => useRecord(nodes, id);
export const usePort = (key: string): PortRecord | undefined => useRecord(ports, key);
export const useEdge = (id: string): EdgeRecord | undefined => useRecord(edges, id);
export const useGroup = (id: string): GroupRecord | undefined => useRecord(groups, id);
