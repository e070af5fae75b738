import { beforeEach, describe, expect, it } from "vitest";
import { handleId, judge, readHandle, type PortEnd } from "@/canvas/connecting";
import { edges, ports } from "@/store/graph";
import type { TypeSpec } from "@/store/types";
import { makePort } from "@/canvas/testing";

const put = (node: string, io: string, isInput: boolean, type: TypeSpec) => {
  const port = makePort(node, io, isInput, type);
  ports.set(port.key, port);
};

const end = (node: string, io: string, isInput: boolean): PortEnd => ({ node, io, isInput });

beforeEach(() => {
  ports.replaceAll([]);
  edges.replaceAll([]);
  put("a", "out", false, "int");
  put("a", "in", true, "str");
  put("b", "number", true, "float");
  put("b", "text", true, "str");
  put("b", "out", false, "str");
});

describe("judge", () => {
  it("takes what fits, from either end of the drag", () => {
    const wire = { src: "a", srcIo: "out", dst: "b", dstIo: "number" };

    expect(judge(end("a", "out", false), end("b", "number", true))).toEqual({ ok: true, wire, note: "" });
    expect(judge(end("b", "number", true), end("a", "out", false))).toEqual({ ok: true, wire, note: "" });
  });

  it("refuses types that never fit and names both", () => {
    expect(judge(end("a", "out", false), end("b", "text", true))).toEqual({ ok: false, reason: "int never fits str" });
  });

  it("refuses two outputs", () => {
    expect(judge(end("a", "out", false), end("b", "out", false))).toMatchObject({ ok: false });
  });

  it("lets an input feed another node's input", () => {
    const verdict = judge(end("a", "in", true), end("b", "text", true));

    expect(verdict).toMatchObject({ ok: true, wire: { src: "a", srcIo: "in", dst: "b", dstIo: "text" } });
  });

  it("says when a wire will be replaced", () => {
    edges.set("e", { id: "e", src: "x", srcIo: "o", dst: "b", dstIo: "number", forward: false });

    expect(judge(end("a", "out", false), end("b", "number", true))).toMatchObject({ ok: true, note: expect.stringContaining("Replaces") });
  });

  it("lets a node feed itself (a loop), but no port itself", () => {
    expect(judge(end("b", "out", false), end("b", "text", true)).ok).toBe(true);
    expect(judge(end("b", "text", true), end("b", "text", true)).ok).toBe(false);
  });
});

describe("handles", () => {
  it("keep names with colons", () => {
    expect(readHandle("n", handleId("a:b", true))).toEqual({ node: "n", io: "a:b", isInput: true });
    expect(readHandle("n", null)).toBeNull();
  });
});
