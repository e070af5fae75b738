import { describe, expect, it } from "vitest";
import type { PortRecord } from "@/store/types";
import { chooseWidget, portOptions, wholeNumbers } from "@/widgets/choose";

type Port = Parameters<typeof chooseWidget>[0];
const port = (type: PortRecord["type"], more: Partial<Port> = {}): Port => ({ type, ...more });

describe("by type", () => {
  it.each<[PortRecord["type"], string]>([
    ["int", "int"],
    ["builtins.int", "int"],
    ["float", "float"],
    ["bool", "bool"],
    ["str", "text"],
    ["bytes", "bytes"],
    ["Any", "any"],
    ["list", "json"],
    [{ type: "array", items: "float" }, "json"],
    [{ type: "object", keys: "str", values: "Any" }, "json"],
    [{ allOf: ["int", "str"] }, "json"],
    [{ type: "enum", values: [1], keys: ["ONE"] }, "options"],
    [{ anyOf: ["int", "None"] }, "int"],
    [{ anyOf: ["bool", "None"] }, "bool"],
    [{ anyOf: ["int", "float"] }, "float"],
    [{ anyOf: ["int", "str"] }, "any"],
    [{ anyOf: [{ type: "enum", values: [1], keys: ["ONE"] }, "None"] }, "options"],
    [{ anyOf: ["numpy.ndarray", "float"] }, "float"],
    ["datetime.date", "date"],
    ["datetime.datetime", "datetime"],
    ["numpy.ndarray", "none"],
    [{ anyOf: ["numpy.ndarray", "PIL.Image.Image"] }, "none"],
  ])("%j", (type, kind) => {
    expect(chooseWidget(port(type))).toBe(kind);
  });
});

describe("by options", () => {
  it("a slider needs both bounds", () => {
    expect(chooseWidget(port("int", { valueOptions: { min: 0, max: 10 } }))).toBe("slider");
    expect(chooseWidget(port("float", { valueOptions: { min: 0 } }))).toBe("float");
    expect(chooseWidget(port("float", { valueOptions: { min: 3, max: 3 } }))).toBe("float");
  });

  it("options win over the type, also an empty list of them, and null means none", () => {
    expect(chooseWidget(port("str", { valueOptions: { options: ["a"] } }))).toBe("options");
    expect(chooseWidget(port("str", { valueOptions: { options: [] } }))).toBe("options");
    expect(chooseWidget(port("str", { valueOptions: { options: null } }))).toBe("text");
  });

  it("come as a list, as labels with values, or as an enum", () => {
    const shapes = [["a", 2], { First: "a", Second: 2 }, { type: "enum", values: ["a", 2, null], keys: ["A", "B", "C"], nullable: false }];

    const lists = shapes.map((options) => portOptions(port("Any", { valueOptions: { options } as Port["valueOptions"] })));

    expect(lists.map((list) => list?.options)).toEqual([
      [{ label: "a", value: "a" }, { label: "2", value: 2 }],
      [{ label: "First", value: "a" }, { label: "Second", value: 2 }],
      [{ label: "A", value: "a" }, { label: "B", value: 2 }],
    ]);
    expect(lists.map((list) => list?.nullable)).toEqual([false, false, true]);
  });

  it("None can be chosen where the type allows it", () => {
    expect(portOptions(port({ anyOf: ["str", "None"] }, { valueOptions: { options: ["a"] } }))?.nullable).toBe(true);
  });
});

describe("by render options", () => {
  it.each([
    ["color", "colour"],
    ["file", "file"],
    ["password", "secret"],
    ["slider", "slider"],
    ["date", "date"],
  ])("type %s", (type, kind) => {
    expect(chooseWidget(port("str", { renderOptions: { type } }))).toBe(kind);
  });

  it("an unknown render type falls back to the type", () => {
    expect(chooseWidget(port("int", { renderOptions: { type: "hologram" } }))).toBe("int");
  });

  it("a module's typemap speaks for its classes", () => {
    expect(chooseWidget(port("lab.Colour"), { "lab.Colour": "color" })).toBe("colour");
  });
});

it("whole numbers are asked for only where nothing else is allowed", () => {
  expect(wholeNumbers(port({ anyOf: ["int", "None"] }))).toBe(true);
  expect(wholeNumbers(port({ anyOf: ["int", "float"] }))).toBe(false);
  expect(wholeNumbers(port("Any", { renderOptions: { type: "int" } }))).toBe(true);
});
