import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commitMoves, flowEdges, flowNodes, forgetFlow, onNodesChange, selectNodes, startFlow } from "@/canvas/flow";
import { makeNode, makePort } from "@/canvas/testing";
import { edges, groups, nodes, ports } from "@/store/graph";
import { selection } from "@/store/selection";
import { setLink } from "@/store/session";

let stop: () => void;
const call = vi.fn(async () => ({ success: true }));

const drawn = (id: string) => flowNodes.get().find((node) => node.id === id)!;
const drag = (id: string, x: number, y: number, dragging: boolean) =>
  onNodesChange([{ type: "position", id, position: { x, y }, dragging }]);

beforeEach(() => {
  call.mockClear();
  setLink({ call, nextId: () => "id", httpBase: "/" });
  forgetFlow();
  for (const collection of [nodes, ports, edges, groups]) collection.replaceAll([]);
  flowNodes.set([]);
  for (const id of ["a", "b"]) {
    ports.set(`${id}/in/x`, makePort(id, "x", true));
    ports.set(`${id}/out/y`, makePort(id, "y", false, "float"));
    nodes.set(id, makeNode(id, { inputs: ["x"], outputs: ["y"] }));
  }
  edges.set("e", { id: "e", src: "a", srcIo: "y", dst: "b", dstIo: "x", forward: false });
  stop = startFlow();
});

afterEach(() => stop());

describe("what React Flow draws", () => {
  it("keeps the objects of nodes that did not change", () => {
    const [a, b] = [drawn("a"), drawn("b")];

    nodes.set("a", { ...nodes.get("a")!, pos: [5, 6] });

    expect(drawn("a").position).toEqual({ x: 5, y: 6 });
    expect(drawn("a")).not.toBe(a);
    expect(drawn("b")).toBe(b);
  });

  it("is not touched at all by news that are not about places", () => {
    const before = flowNodes.get();

    nodes.set("a", { ...nodes.get("a")!, status: "running" });

    expect(flowNodes.get()).toBe(before);
  });

  it("colours a wire by the type of what it carries", () => {
    expect(flowEdges.get()[0]).toMatchObject({ sourceHandle: "out:y", targetHandle: "in:x", style: { stroke: "var(--port-float)" } });
  });

  it("puts a frame around the members of a group", () => {
    groups.set("g", { id: "g", name: "", colour: "", collapsed: false, nodes: ["a", "b"], groups: [] });

    const frame = drawn("group:g");
    expect(frame.position.x).toBeLessThan(0);
    expect(frame.width).toBeGreaterThan(256);
  });
});

describe("moving", () => {
  it("sends the new places once the drag ends, in whole pixels", async () => {
    drag("a", 10.4, 20.6, true);
    expect(call).not.toHaveBeenCalled();

    drag("a", 10.4, 20.6, false);
    await commitMoves();

    expect(call).toHaveBeenCalledTimes(1);
    expect(call).toHaveBeenCalledWith("update_node", { uuid: "a", frontend: { pos: [10, 21] } }, expect.anything());
  });

  it("is not undone by other news while it lasts", () => {
    drag("a", 50, 50, true);

    nodes.set("a", { ...nodes.get("a")!, status: "done" });

    expect(drawn("a").position).toEqual({ x: 50, y: 50 });
  });

  it("falls back to the worker's place when the worker refuses", async () => {
    drag("a", 50, 50, false);
    await commitMoves();

    expect(drawn("a").position).toEqual({ x: 0, y: 0 });
  });

  it("of a group takes its members along", () => {
    groups.set("g", { id: "g", name: "", colour: "", collapsed: false, nodes: ["a"], groups: [] });
    const { x, y } = drawn("group:g").position;

    drag("group:g", x + 30, y + 7, true);

    expect(drawn("a").position).toEqual({ x: 30, y: 7 });
    expect(drawn("b").position).toEqual({ x: 0, y: 0 });
  });
});

describe("selection", () => {
  it("can name nodes that have not arrived yet", () => {
    selectNodes(["new"]);
    nodes.set("new", makeNode("new"));

    expect(selection.get().nodes).toEqual(["new"]);
    expect(drawn("new").selected).toBe(true);
  });
});
