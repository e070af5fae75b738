import { beforeEach, describe, expect, it } from "vitest";
import type { EventFrame, FullState, WireIO, WireNode } from "@/protocol/wire";
import { applyBinaryValue, applyEvent, applyFullState, dropPending, markPending, settlePending } from "@/store/apply";
import { edges, groups, loaded, nodes, ports } from "@/store/graph";
import { NO_VALUE, shownValue, type Json } from "@/store/types";

const port = (id: string, value: Json): WireIO => ({
  id,
  name: id,
  type: "int",
  value,
  mime: "application/json",
  complete: true,
  default: NO_VALUE,
  required: true,
  connected: false,
  hidden: false,
  does_trigger: true,
  render_options: {},
  value_options: {},
  description: "",
});

const node = (uuid: string): WireNode => ({
  uuid,
  node_id: "test.add",
  name: "Add",
  description: "",
  inputs: { a: port("a", 1), b: port("b", NO_VALUE) },
  outputs: { out: port("out", 3) },
  status: "done",
  frontend: { pos: [10, 20] },
  mode: "active",
  progress: null,
  error: null,
  properties: {},
  render_options: {},
  reset_inputs_on_trigger: false,
  timeout_s: null,
  retries: 0,
  placeholder: false,
  duration_s: null,
});

const group = { id: "g1", name: "Both", nodes: ["n1", "n2"], groups: [], parent: null, colour: null };

const state: FullState = {
  nodespace: {
    nodes: [node("n1"), node("n2")],
    edges: [{ src: ["n1", "out"], dst: ["n2", "a"] }],
    groups: [{ ...group, collapsed: false, pos: null, size: null, meta: {} }],
    prop: {},
  },
  lib: { shelves: [] },
  worker: { uuid: "w", name: "w", notices: [] },
  client: "me",
  epoch: "e",
  seq: 1,
  rev: 1,
  external_workers: [],
};

const send = (event: string, data: { [key: string]: Json }, more: Partial<EventFrame> = {}) =>
  applyEvent({ type: "nodespaceevent", event, data, seq: 1, prev: 0, ...more });

const value = (v: Json, more: Partial<EventFrame> = {}) =>
  send(
    "io_value_changed",
    { node_uuid: "n1", io_id: "a", io_type: "input", mime: "application/json", preview: v, complete: true, value: v },
    more,
  );

const a = () => ports.get("n1/in/a")!;

beforeEach(() => applyFullState(structuredClone(state)));

describe("the whole state", () => {
  it("becomes flat records", () => {
    expect(loaded.get()).toBe(true);
    expect(nodes.get("n1")).toMatchObject({ nodeId: "test.add", pos: [10, 20], inputs: ["a", "b"], outputs: ["out"] });
    expect(a()).toMatchObject({ value: 1, type: "int" });
    expect(ports.get("n1/in/b")).toMatchObject({ value: NO_VALUE, preview: null });
    expect(edges.get("n1/out>n2/a")).toMatchObject({ forward: false });
    expect(groups.get("g1")?.nodes).toEqual(["n1", "n2"]);
  });
});

describe("events", () => {
  it("add and remove nodes with their ports and wires", () => {
    send("node_added", { uuid: "n3", node_id: "test.add", serialized: node("n3") as unknown as Json });
    expect(ports.get("n3/out/out")?.value).toBe(3);

    send("node_removed", { uuid: "n1" });

    expect(nodes.get("n1")).toBeUndefined();
    expect(ports.get("n1/in/a")).toBeUndefined();
    expect(edges.size).toBe(0);
  });

  it("tell a forward from a plain wire", () => {
    send("edge_added", { src: ["n1", "a"], dst: ["n2", "b"] });

    expect(edges.get("n1/a>n2/b")?.forward).toBe(true);
  });

  it("leave untouched records the same objects", () => {
    const other = nodes.get("n2");

    send("node_updated", { uuid: "n1", name: "Sum", frontend: { pos: [5, 6] } });

    expect(nodes.get("n1")).toMatchObject({ name: "Sum", pos: [5, 6], collapsed: false });
    expect(nodes.get("n2")).toBe(other);
  });

  it("takes a node's limits in, and that there is none any more", () => {
    send("node_updated", { uuid: "n1", timeout_s: 2.5, retries: 3 });
    expect(nodes.get("n1")).toMatchObject({ timeoutS: 2.5, retries: 3 });

    send("node_updated", { uuid: "n1", timeout_s: null });
    expect(nodes.get("n1")).toMatchObject({ timeoutS: null, retries: 3 });
  });

  it("follow a run through start, progress, failure and success", () => {
    send("node_triggered", { uuid: "n1" });
    send("node_progress", { uuid: "n1", progress: 0.5, message: "half" });
    expect(nodes.get("n1")).toMatchObject({ status: "running", progress: { progress: 0.5, message: "half" } });

    send("node_error", { uuid: "n1", error: "ValueError: no", traceback: "Traceback" });
    expect(nodes.get("n1")).toMatchObject({ status: "failed", error: { error: "ValueError: no", traceback: "Traceback" } });

    send("node_done", { uuid: "n1", duration_s: 0.25 });
    expect(nodes.get("n1")).toMatchObject({ status: "done", error: null, durationS: 0.25, progress: null });
  });

  it("a run that was stopped has not failed, in whatever order the news come", () => {
    send("node_triggered", { node_uuid: "n1" });
    send("node_error", { node_uuid: "n1", error: "NodeCancelledError: 'Add' was stopped", traceback: "" });
    expect(nodes.get("n1")?.status).toBe("stopped");

    send("status", { uuid: "n1", status: "failed" });
    expect(nodes.get("n1")?.status).toBe("stopped");

    send("node_error", { node_uuid: "n1", error: "ValueError: no", traceback: "" });
    expect(nodes.get("n1")?.status).toBe("failed");
  });

  it("change fields of a port and keep its value", () => {
    send("io_updated", { node_uuid: "n1", io_id: "a", io_type: "input", hidden: true, value_options: { min: 0 } });

    expect(a()).toMatchObject({ hidden: true, valueOptions: { min: 0 }, value: 1, name: "a" });
  });

  it("show values that are not JSON by their preview alone", () => {
    applyBinaryValue({ type: "value", node_uuid: "n1", io_id: "out", mime: "image/png" }, new Uint8Array([1, 2]));

    expect(ports.get("n1/out/out")).toMatchObject({ value: NO_VALUE, preview: { mime: "image/png" } });
  });

  it("replace the ports of a node", () => {
    send("node_ports_changed", { uuid: "n1", inputs: { c: port("c", 1) as unknown as Json }, outputs: {} });

    expect(nodes.get("n1")).toMatchObject({ inputs: ["c"], outputs: [], name: "Add" });
    expect(ports.get("n1/in/a")).toBeUndefined();
    expect(ports.get("n1/in/c")).toBeDefined();
  });

  it("that are unknown are left to the caller", () => {
    expect(send("something_new", {})).toBe(false);
  });
});

describe("a value that waits for the worker", () => {
  it("shows at once and hides older echoes until its own arrives", () => {
    markPending("n1/in/a", 5, "c2");
    value(4, { cmd_id: "c1" });
    expect(shownValue(a())).toBe(5);

    value(5, { cmd_id: "c2" });

    expect(a().pending).toBeUndefined();
    expect(a().value).toBe(5);
  });

  it("stands when the worker took it without an event", () => {
    markPending("n1/in/a", 5, "c2");
    settlePending("n1/in/a", "c2");

    expect(a()).toMatchObject({ value: 5, preview: { data: 5 } });
    expect(a().pending).toBeUndefined();
  });

  it("yields to what somebody else set meanwhile", () => {
    markPending("n1/in/a", 5, "c2");
    value(9, { by: "someone" });
    settlePending("n1/in/a", "c2");

    expect(shownValue(a())).toBe(9);
  });

  it("falls back when the worker refuses it", () => {
    markPending("n1/in/a", 5, "c2");
    dropPending("n1/in/a", "c2");

    expect(shownValue(a())).toBe(1);
  });
});
