/** Records for the tests of the canvas. */

import { NO_VALUE, portKey, type NodeRecord, type PortRecord, type TypeSpec } from "@/store/types";

export function makePort(node: string, id: string, isInput: boolean, type: TypeSpec = "Any"): PortRecord {
  return {
    key: portKey(node, id, isInput),
    node,
    id,
    name: id,
    isInput,
    type,
    value: NO_VALUE,
    preview: null,
    version: 0,
    default: NO_VALUE,
    required: false,
    connected: false,
    hidden: false,
    doesTrigger: true,
    renderOptions: {},
    valueOptions: {},
    description: "",
  };
}

export function makeNode(id: string, more: Partial<NodeRecord> = {}): NodeRecord {
  return {
    id,
    nodeId: "test.node",
    name: id,
    description: "",
    status: "idle",
    mode: "active",
    pos: [0, 0],
    size: null,
    collapsed: false,
    inputs: [],
    outputs: [],
    error: null,
    progress: null,
    durationS: null,
    properties: {},
    renderOptions: {},
    placeholder: false,
    resetInputsOnTrigger: false,
    timeoutS: null,
    retries: 0,
    ...more,
  };
}
