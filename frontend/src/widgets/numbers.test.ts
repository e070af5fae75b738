import { describe, expect, it } from "vitest";
import { decimalsOf, formatNumber, numberOf, outOfRange, parseNumber, rangeOf, readableNumber, stepBy } from "@/widgets/numbers";

const value = (text: string, kind: "int" | "float") => {
  const parsed = parseNumber(text, kind);
  return parsed.ok ? parsed.value : parsed.reason;
};

describe("whole numbers", () => {
  it.each<[string, unknown]>([
    ["42", 42],
    [" -7 ", -7],
    ["−7", -7],
    ["+3", 3],
    ["1 000 000", 1_000_000],
    ["1_000", 1000],
    ["1,000", 1000],
    ["1e3", 1000],
    ["0x1F", 31],
    ["-0b101", -5],
    ["-0", 0],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", { "$fn:int": "9007199254740993" }],
    ["1.5", "A whole number, please"],
    ["12x", "Not a whole number"],
    ["", "Empty"],
  ])("%s", (text, expected) => {
    expect(value(text, "int")).toEqual(expected);
  });
});

describe("floats", () => {
  it.each<[string, unknown]>([
    ["0.125", 0.125],
    [".5", 0.5],
    ["5.", 5],
    ["1,5", 1.5],
    ["1,000.5", 1000.5],
    ["6.02e23", 6.02e23],
    ["nan", { "$fn:float": "nan" }],
    ["-inf", { "$fn:float": "-inf" }],
    ["∞", { "$fn:float": "inf" }],
    ["1,234", "Unclear comma: use a point for decimals"],
    ["1e999", "Too large for a number"],
    ["abc", "Not a number"],
    ["constructor", "Not a number"],
    ["1..2", "Not a number"],
  ])("%s", (text, expected) => {
    expect(value(text, "float")).toEqual(expected);
  });
});

it("what a field shows reads back as the same value", () => {
  for (const held of [0, -1.5, 1e-9, 1e21, 0.1, { "$fn:float": "nan" }, { "$fn:float": "-inf" }]) {
    expect(value(formatNumber(held), "float")).toEqual(held);
  }
  expect(value(formatNumber({ "$fn:int": "90071992547409931234" }), "int")).toEqual({ "$fn:int": "90071992547409931234" });
});

it("nothing and None show as an empty field", () => {
  expect(formatNumber("<NoValue>")).toBe("");
  expect(formatNumber(null)).toBe("");
});

it("numbers for reading never lose digits before the point", () => {
  expect(readableNumber(1234567.5, 6).replace(/\u202f/g, "")).toBe("1234568");
  expect(readableNumber(3.14159265358979, 6)).toBe("3.14159");
  expect(readableNumber(1e-9)).toBe("1e-9");
  expect(readableNumber(1234)).toBe("1234");
  expect(readableNumber(Number.NaN)).toBe("nan");
});

describe("ranges and steps", () => {
  it("take the step from the options, else one that suits the bounds", () => {
    expect(rangeOf({ min: 0, max: 1 }, "float").step).toBe(0.01);
    expect(rangeOf({ min: 0, max: 1, step: 0.25 }, "float").step).toBe(0.25);
    expect(rangeOf({}, "int").step).toBe(1);
    expect(rangeOf(null, "float")).toEqual({ min: null, max: null, step: 0.1 });
  });

  it("stay on the grid of decimals and inside the bounds", () => {
    const range = { min: 0, max: 1, step: 0.1 };

    expect(stepBy(0.1, 2, range)).toBe(0.3);
    expect(stepBy(0.95, 5, range)).toBe(1);
    expect(stepBy(0.05, -5, range)).toBe(0);
  });

  it("say which bound a number breaks", () => {
    const range = { min: 0, max: 10, step: 1 };

    expect([-1, 5, 11].map((number) => outOfRange(number, range))).toEqual(["At least 0", null, "At most 10"]);
  });

  it("count decimals also in exponent form", () => {
    expect([1, 0.25, 1e-7, 1e21].map(decimalsOf)).toEqual([0, 2, 7, 0]);
  });
});

it("only finite numbers are numbers to calculate with", () => {
  expect(numberOf({ "$fn:float": "nan" })).toBeNull();
  expect(numberOf("5")).toBeNull();
  expect(numberOf({ "$fn:int": "12" })).toBe(12);
});
