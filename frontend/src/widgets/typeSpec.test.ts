import { describe, expect, it } from "vitest";
import { fitScore, members, nullable, typeLabel } from "@/widgets/typeSpec";

describe("labels", () => {
  it.each<[unknown, string]>([
    ["builtins.int", "int"],
    ["pandas.core.frame.DataFrame", "DataFrame"],
    [{ anyOf: ["float", "None"] }, "float | None"],
    [{ type: "array", items: "int", uniqueItems: true }, "set[int]"],
    [{ type: "array", items: "Any" }, "list"],
    [{ type: "object", keys: "str", values: { type: "array", items: "int" } }, "dict[str, list[int]]"],
    [{ type: "array", items: { type: "object", keys: "str", values: "Any" } }, "list[dict]"],
    [{ type: "object", keys: "int", values: "Any" }, "dict[int, Any]"],
    [{ allOf: ["int", "str"] }, "tuple[int, str]"],
    [{ type: "enum", values: [1], keys: ["A"], nullable: true }, "choice | None"],
    [{ type: "type", value: "int" }, "type[int]"],
  ])("%j", (spec, label) => {
    expect(typeLabel(spec)).toBe(label);
  });
});

it("unions are opened and lose None", () => {
  expect(members({ anyOf: ["int", { anyOf: ["str", "None"] }] })).toEqual(["int", "str"]);
  expect([{ anyOf: ["int", "None"] }, { type: "enum", values: [], keys: [], nullable: true }, "None", "int"].map(nullable)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it("fits are ranked: same, widened or a member, anything, not at all", () => {
  expect(fitScore("int", "int")).toBe(3);
  expect(fitScore("int", "float")).toBe(2);
  expect(fitScore("int", { anyOf: ["int", "None"] })).toBe(3);
  expect(fitScore("int", { anyOf: ["int", "str"] })).toBe(2);
  expect(fitScore("int", "Any")).toBe(1);
  expect(fitScore("numpy.ndarray", "lab.Image")).toBe(1);
  expect(fitScore("float", "int")).toBe(0);
  expect(fitScore("str", "list")).toBe(0);
});

it("a drawing fits where text does, and nowhere else", () => {
  const svg = "funcnodes_core.utils.special_types.SVG";
  expect(fitScore(svg, svg)).toBe(3);
  expect(fitScore(svg, "str")).toBe(2);
  expect(fitScore("str", svg)).toBe(2);
  expect(fitScore(svg, { type: "array", items: { type: "object", keys: "str", values: "Any" } })).toBe(0);
  expect(fitScore(svg, "int")).toBe(0);
  expect(fitScore(svg, "lab.Image")).toBe(1);
});
