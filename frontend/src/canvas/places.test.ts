import { Position, type InternalNode, type Node } from "@xyflow/react";
import { describe, expect, it } from "vitest";
import { estimate } from "@/canvas/estimate";
import { groupBounds } from "@/canvas/groupBounds";
import { makeNode, makePort } from "@/canvas/testing";
import { detour } from "@/canvas/Wire";
import { Collection } from "@/store/collection";
import { ports } from "@/store/graph";
import type { GroupRecord } from "@/store/types";

describe("the expected size of a node", () => {
  it("grows with its ports and leaves out hidden ones", () => {
    for (const io of ["a", "b", "c"]) ports.set(`n/in/${io}`, makePort("n", io, true));
    ports.set("n/in/c", { ...makePort("n", "c", true), hidden: true });
    ports.set("n/out/o", makePort("n", "o", false));

    const { measured, handles } = estimate(makeNode("n", { inputs: ["a", "b", "c"], outputs: ["o"] }));

    expect(measured?.height).toBe(30 + 8 + 3 * 26);
    expect(handles?.map((handle) => handle.id)).toEqual(["in:a", "in:b", "out:o"]);
    expect(handles?.[2]).toMatchObject({ position: Position.Right, x: 256 - 5.5 });
  });

  it("of a folded one is its head, with all ports in the middle", () => {
    ports.set("f/in/a", makePort("f", "a", true));

    const { measured, handles } = estimate(makeNode("f", { inputs: ["a"], collapsed: true }));

    expect(measured?.height).toBe(30);
    expect(handles?.[0]?.y).toBe(15 - 5.5);
  });
});

describe("frames of groups", () => {
  const node = (id: string, x: number, y: number): Node => ({ id, position: { x, y }, measured: { width: 100, height: 50 }, data: {} });
  const group = (id: string, nodes: string[], groups: string[]): [string, GroupRecord] => [
    id,
    { id, name: id, colour: "", collapsed: false, nodes, groups },
  ];
  const collection = (...all: [string, GroupRecord][]) => {
    const made = new Collection<GroupRecord>();
    made.replaceAll(all);
    return made;
  };

  it("hold their nodes and inner groups, outer ones first", () => {
    const bounds = groupBounds([node("a", 0, 0), node("b", 200, 100)], collection(group("in", ["a"], []), group("out", ["b"], ["in"])));

    expect([...bounds.keys()]).toEqual(["out", "in"]);
    expect(bounds.get("in")).toEqual({ x: -16, y: -30, width: 132, height: 96 });
    expect(bounds.get("out")).toMatchObject({ x: -32, y: -60 });
  });

  it("are not there for groups without nodes, nor for groups inside themselves", () => {
    expect(groupBounds([], collection(group("empty", [], []))).size).toBe(0);
    expect(groupBounds([node("a", 0, 0)], collection(group("one", ["a"], ["two"]), group("two", [], ["one"]))).size).toBeGreaterThan(0);
  });
});

describe("a wire that runs back", () => {
  const at = (y: number, height: number) => ({ measured: { width: 10, height }, internals: { positionAbsolute: { x: 0, y } } }) as InternalNode;

  it("goes around its nodes on the nearer side", () => {
    expect(detour(at(0, 100), at(50, 100), 20, 60)).toBe(-26);
    expect(detour(at(0, 100), at(50, 100), 90, 140)).toBe(176);
  });
});
