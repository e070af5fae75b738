import { describe, expect, it } from "vitest";
import { readAny, readFor, writeAny } from "@/widgets/AnyWidget";
import { readJson } from "@/widgets/JsonWidget";
import { checkType } from "@/widgets/checkType";
import { formatJson, parseLiteral, placeOf } from "@/widgets/literal";
import { NO_VALUE, type TypeSpec } from "@/store/types";

const value = (text: string) => {
  const parsed = parseLiteral(text);
  return parsed.ok ? parsed.value : `${parsed.reason} @${parsed.at}`;
};

describe("literals", () => {
  it.each<[string, unknown]>([
    ["[1, 2.5, -3]", [1, 2.5, -3]],
    ["{'a': None, \"b\": True,}", { a: null, b: true }],
    ["(1, 'x')", [1, "x"]],
    ["{a: 1}", { a: 1 }],
    ["[nan, -inf]", [{ "$fn:float": "nan" }, { "$fn:float": "-inf" }]],
    ["90071992547409931234", { "$fn:int": "90071992547409931234" }],
    ['"\\u00e9\\n"', "é\n"],
    ["'<NoValue>'", { "$fn:str": "<NoValue>" }],
    ["[1 2]", "A comma or ] is missing @3"],
    ["[1, 2", "A closing ] is missing @0"],
    ["{'a' 1}", "A colon is missing after the key @5"],
    ["'abc", "The closing quote is missing @0"],
    ["[abc]", "Put abc in quotes @1"],
    ["", "Something is missing here @0"],
    ["1 2", "Text after the end of the value @2"],
    ["__proto__", "Put __proto__ in quotes @0"],
  ])("%s", (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it("bounds the depth of nesting", () => {
    expect(value("[".repeat(5000))).toContain("Nested too deeply");
  });

  it("keeps a key named like an object's own machinery as data", () => {
    const parsed = parseLiteral('{"__proto__": 1}');

    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(["__proto__"]);
  });

  it("agrees with JSON on what it writes", () => {
    const data = { name: "a, b: {c}", list: [1, [2, "x,y"]], deep: { long: "y".repeat(80), more: [true, null] } };

    expect(JSON.parse(formatJson(data))).toEqual(data);
    expect(value(formatJson(data))).toEqual(data);
  });

  it("names line and column", () => {
    expect(placeOf("[1,\n 2 3]", 7)).toEqual({ line: 2, column: 4 });
  });
});

describe("free text", () => {
  it.each<[string, unknown]>([
    ["5", 5],
    ["hello world", "hello world"],
    ["None", null],
    ["[1,2]", [1, 2]],
    ["'5'", "5"],
  ])("%s", (text, expected) => {
    expect(readAny(text)).toEqual(expected);
  });

  it("is written so that it reads back as the same value", () => {
    for (const held of ["5", "hello", "None", " padded ", 5, null, true, [1, "a"], { a: 1 }, { "$fn:float": "nan" }, ""]) {
      expect(readAny(writeAny(held))).toEqual(held);
    }
  });
});

describe("text for a union", () => {
  const read = (text: string) => readFor(text, { type: { anyOf: ["float", "str"] } });

  it("is a number where it reads as one, and else text", () => {
    expect(read("5")).toEqual({ ok: true, value: 5 });
    expect(["True", "[1]", "None", "abc"].map(read)).toEqual(["True", "[1]", "None", "abc"].map((value) => ({ ok: true, value })));
  });

  it("is refused where no member takes it", () => {
    expect(readFor("abc", { type: { anyOf: ["int", "bool"] } })).toEqual({ ok: false, reason: "Expected int | bool" });
  });
});

describe("the editor of lists and dicts", () => {
  const port = (type: TypeSpec, fallback: unknown = NO_VALUE) => ({ type, default: fallback as never });

  it("takes a list without its brackets", () => {
    expect(readJson("1, 2, 3", port({ type: "array", items: "int" }))).toEqual({ ok: true, value: [1, 2, 3] });
  });

  it("says where an item has the wrong type", () => {
    expect(readJson("[1, 'x']", port({ type: "array", items: "float" }))).toEqual({ ok: false, reason: "[1]: expected a number" });
  });

  it("says line and column of what cannot be read", () => {
    expect(readJson("[1,\n2,,]", port("list"))).toEqual({ ok: false, reason: "Line 2, column 3: Not a value" });
  });

  it("emptied means None, else the default, else no value", () => {
    expect(readJson(" ", port({ anyOf: ["list", "None"] }))).toEqual({ ok: true, value: null });
    expect(readJson("", port("list", [1]))).toEqual({ ok: true, value: [1] });
    expect(readJson("", port("list"))).toEqual({ ok: true, value: NO_VALUE });
  });
});

it("shapes are checked through unions, tuples and dicts", () => {
  expect(checkType([1, "a"], { allOf: ["int", "str"] })).toBeNull();
  expect(checkType([1], { allOf: ["int", "str"] })).toBe("Expected 2 items");
  expect(checkType({ a: 1.5 }, { type: "object", keys: "str", values: "int" })).toBe('["a"]: expected a whole number');
  expect(checkType(null, { anyOf: ["list", "None"] })).toBeNull();
  expect(checkType("x", { anyOf: ["int", "float"] })).toBe("Expected int | float");
  expect(checkType(anything(), "numpy.ndarray")).toBeNull();
});

const anything = (): unknown => ({ of: "no known class" });
