/** Made-up records for looking at every widget, preview and panel without a worker. */

import { edges, groups, loaded, nodes, ports } from "@/store/graph";
import { favourites, library, recent } from "@/store/library";
import { type Link, setLink } from "@/store/session";
import {
  type EdgeRecord,
  type Json,
  type LibraryNode,
  type LibraryShelf,
  NO_VALUE,
  type NodeRecord,
  type PortRecord,
  type PreviewData,
  type TypeSpec,
  edgeKey,
  portKey,
} from "@/store/types";
import { connection, currentWorker, managerConnection, workers } from "@/store/workers";
import { TRACEBACK, tableData } from "./data";

export function port(id: string, type: TypeSpec, more: Partial<PortRecord> = {}): PortRecord {
  const node = more.node ?? "n1";
  const isInput = more.isInput ?? true;
  const value = more.value ?? NO_VALUE;
  return {
    key: portKey(node, id, isInput),
    node,
    id,
    name: id.replaceAll("_", " "),
    isInput,
    type,
    value,
    preview: value === NO_VALUE ? null : { mime: "application/json", data: value, complete: true },
    version: 1,
    default: NO_VALUE,
    required: false,
    connected: false,
    hidden: false,
    doesTrigger: true,
    renderOptions: {},
    valueOptions: {},
    description: "",
    ...more,
  };
}

export function output(id: string, type: TypeSpec, preview: PreviewData | null, more: Partial<PortRecord> = {}): PortRecord {
  return port(id, type, { isInput: false, preview, ...more });
}

function node(id: string, nodeId: string, name: string, more: Partial<NodeRecord> = {}): NodeRecord {
  return {
    id,
    nodeId,
    name,
    description: "",
    status: "done",
    mode: "active",
    pos: [0, 0],
    size: null,
    collapsed: false,
    inputs: [],
    outputs: [],
    error: null,
    progress: null,
    durationS: 0.0042,
    properties: {},
    renderOptions: {},
    placeholder: false,
    resetInputsOnTrigger: false,
    timeoutS: null,
    retries: 0,
    ...more,
  };
}

function put(record: NodeRecord, own: PortRecord[]): void {
  const mine = own.map((one) => ({ ...one, node: record.id, key: portKey(record.id, one.id, one.isInput) }));
  nodes.set(record.id, {
    ...record,
    inputs: mine.filter((one) => one.isInput).map((one) => one.id),
    outputs: mine.filter((one) => !one.isInput).map((one) => one.id),
  });
  mine.forEach((one) => ports.set(one.key, one));
}

function edge(src: string, srcIo: string, dst: string, dstIo: string): EdgeRecord {
  return { id: edgeKey(src, srcIo, dst, dstIo), src, srcIo, dst, dstIo, forward: false };
}

const ROWS: TypeSpec = { type: "array", items: { type: "object", keys: "str", values: "Any" } };
export const TABLE = "application/vnd.funcnodes.table+json";

function fillGraph(): void {
  put(node("csv", "funcnodes.files.read_csv", "Passengers", { description: "As exported on Monday." }), [
    port("path", "str", { value: "passengers.csv", renderOptions: { type: "file" }, required: true }),
    output("rows", ROWS, { mime: TABLE, data: tableData(891), complete: true }),
  ]);
  put(node("filter", "funcnodes.table.filter", "Filter rows", { status: "done", durationS: 1.53 }), [
    port("rows", ROWS, { connected: true, required: true, preview: { mime: TABLE, data: tableData(40), complete: false } }),
    port("column", "str", { value: "age", valueOptions: { options: ["age", "class", "fare", "name", "sex", "survived"] } }),
    port("at_least", "float", { value: 18, valueOptions: { min: 0, max: 100, step: 1 }, description: "Rows below are left out." }),
    port("invert", "bool", { value: false, default: false }),
    port("limit", { anyOf: ["int", "None"] }, { value: null, default: null, hidden: true }),
    output("filtered", ROWS, { mime: TABLE, data: tableData(40), complete: false }),
    output("count", "int", { mime: "application/json", data: 661, complete: true }),
  ]);
  put(
    node("fail", "funcnodes.math.divide", "Divide", {
      status: "failed",
      error: { error: "ZeroDivisionError: division by zero", traceback: TRACEBACK },
    }),
    [port("a", "float", { value: 12.5 }), port("b", "float", { value: 0 }), output("quotient", "float", null)],
  );
  put(
    node("run", "funcnodes.time.wait", "Train model", {
      status: "running",
      progress: { progress: 0.42, message: "epoch 42/100, 3.1 it/s, 19 s left" },
    }),
    [port("epochs", "int", { value: 100 })],
  );
  put(node("lost", "lab.spectro.fit", "Fit peaks", { placeholder: true, status: "idle", durationS: null }), [
    port("spectrum", "numpy.ndarray", { required: true }),
  ]);
  const wire = edge("csv", "rows", "filter", "rows");
  edges.set(wire.id, wire);
  groups.set("g", { id: "g", name: "Cleaning", colour: "#2477c9", collapsed: false, nodes: ["csv", "filter"], groups: [] });
  loaded.set(true);
}

type Ports = [string, TypeSpec][];

function libraryNode(path: string[], name: string, description: string, inputs: Ports, outputs: Ports): LibraryNode {
  const id = `funcnodes.${path[path.length - 1]?.toLowerCase()}.${name.toLowerCase().replaceAll(" ", "_")}`;
  const list = (all: Ports) => all.map(([io, type]) => ({ id: io, name: io, type, required: true }));
  return { nodeId: id, name, description, inputs: list(inputs), outputs: list(outputs), path };
}

function shelf(name: string, nodesOf: [string, string, Ports, Ports][], subshelves: LibraryShelf[] = []): LibraryShelf {
  const made = nodesOf.map(([title, text, inputs, outputs]) => libraryNode([name], title, text, inputs, outputs));
  return { name, description: `${name} nodes`, nodes: made, subshelves };
}

function fillLibrary(): void {
  const binary: Ports = [["a", "float"], ["b", "float"]];
  const shelves = [
    shelf("Math", [
      ["Add", "The sum of two numbers.", binary, [["sum", "float"]]],
      ["Subtract", "The difference of two numbers.", binary, [["difference", "float"]]],
      ["Multiply", "The product of two numbers.", binary, [["product", "float"]]],
      ["Linear space", "Evenly spaced numbers over an interval, both ends included.", [["start", "float"], ["stop", "float"], ["count", "int"]], [["values", { type: "array", items: "float" }]]],
      ["Round", "A number rounded to some digits.", [["value", "float"], ["digits", "int"]], [["rounded", "float"]]],
    ]),
    shelf("Text", [
      ["Join", "Texts of a list with something between them.", [["parts", { type: "array", items: "str" }], ["between", "str"]], [["text", "str"]]],
      ["Split", "A text cut at each occurrence of a separator.", [["text", "str"], ["separator", "str"]], [["parts", { type: "array", items: "str" }]]],
      ["Replace", "A text with every occurrence of a part replaced.", [["text", "str"], ["old", "str"], ["new", "str"]], [["text", "str"]]],
    ], [shelf("Patterns", [["Find all", "All matches of a regular expression.", [["text", "str"], ["pattern", "str"]], [["matches", { type: "array", items: "str" }]]]])]),
    shelf("Table", [
      ["Filter rows", "Rows whose column compares as wanted with a value.", [["rows", ROWS], ["column", "str"]], [["filtered", ROWS]]],
      ["Group and describe", "Count, mean, deviation, least and largest of each group.", [["rows", ROWS], ["by", "str"]], [["table", ROWS]]],
      ["Sort rows", "Rows in the order of a column.", [["rows", ROWS], ["column", "str"], ["descending", "bool"]], [["sorted", ROWS]]],
    ]),
    shelf("Files", [["Read CSV", "A table from a CSV file of the worker.", [["path", "str"]], [["rows", ROWS]]]]),
    shelf("Plot", [["Line plot", "A line plot as SVG.", [["y", { type: "array", items: "float" }]], [["plot", "funcnodes_core.types.SVG"]]]]),
  ];
  const byId: Record<string, LibraryNode> = {};
  const collect = (one: LibraryShelf): void => {
    one.nodes.forEach((item) => (byId[item.nodeId] = item));
    one.subshelves.forEach(collect);
  };
  shelves.forEach(collect);
  library.set({ shelves, byId });
  favourites.set(["funcnodes.table.filter_rows"]);
  recent.set(["funcnodes.files.read_csv", "funcnodes.math.add"]);
}

const HISTORY: Json = {
  steps: [
    { rev: 12, cmd: "update_node_input", by: "me", at: Date.now() / 1000 - 30, undone: true },
    { rev: 11, cmd: "add_edge", by: "me", at: Date.now() / 1000 - 90 },
    { rev: 9, cmd: "add_node", by: "me", at: Date.now() / 1000 - 4000 },
    { rev: 7, cmd: "group_nodes", by: "other", at: Date.now() / 1000 - 90000 },
  ],
};

const LOG = [
  "2026-11-23 21:13:02,120 INFO funcnodes.worker: listening on 127.0.0.1:9382",
  "2026-11-23 21:13:02,131 INFO funcnodes.worker: graph opened at revision 57",
  "2026-11-23 21:13:40,004 DEBUG funcnodes.rpc: add_edge by browser-1",
  "2026-11-23 21:14:12,990 WARNING funcnodes.encoder: preview of Filter rows.filtered took 1.2 s",
  "2026-11-23 21:15:00,310 ERROR funcnodes.node: Divide failed",
  "Traceback (most recent call last):",
  '  File "nodes.py", line 12, in divide',
  "ZeroDivisionError: division by zero",
].join("\n");

const ANSWERS: Record<string, Json> = {
  get_history: HISTORY,
  get_logs: { text: LOG, truncated: false },
  list_files: [
    { path: "passengers.csv", size: 60302, modified: 0 },
    { path: "raw/spectrum-2026-11-23.json", size: 1840223, modified: 0 },
    { path: "notes.txt", size: 812, modified: 0 },
  ],
};

/** A worker that accepts everything and plays a set value back. */
function fakeCall(cmd: string, kwargs: Record<string, unknown>): Promise<Json> {
  if (cmd === "update_node_input") {
    const key = portKey(String(kwargs.uuid), String(kwargs.input_id), true);
    const held = ports.get(key);
    const value = kwargs.value as Json;
    if (held) ports.set(key, { ...held, value, pending: undefined, preview: { mime: "application/json", data: value, complete: true } });
  }
  return Promise.resolve(ANSWERS[cmd] ?? { success: true });
}

export function fillStores(): void {
  setLink({ call: fakeCall as Link["call"], nextId: () => "c1", httpBase: "/worker/x/" });
  workers.set([
    { uuid: "w1", name: "Passenger analysis", state: "running", detail: "" },
    { uuid: "w2", name: "Spectra", state: "stopped", detail: "" },
    { uuid: "w3", name: "Camera", state: "crashed", detail: "ended with signal 9" },
    { uuid: "w4", name: "Teaching", state: "starting", detail: "" },
  ]);
  currentWorker.set("w1");
  connection.set("open");
  managerConnection.set("open");
  fillGraph();
  fillLibrary();
}
