import { describe, expect, it } from "vitest";
import { readNames, toggleName, writeNames } from "@/widgets/several";

describe("several names in one text", () => {
  it.each([
    ["", []],
    ["age", ["age"]],
    ["age, sex,fare ", ["age", "sex", "fare"]],
    ['a, "last, first", b', ["a", "last, first", "b"]],
    ['"say ""hi""", b', ['say "hi"', "b"]],
    [", a,, b,", ["a", "b"]],
    ['"never closed, b', ['"never closed', "b"]],
  ])("%s", (text, names) => {
    expect(readNames(text)).toEqual(names);
  });

  it("are written so that they are read as the same", () => {
    const names = ["a b", "last, first", 'say "hi"', " edge "];
    expect(readNames(writeNames(names))).toEqual(names);
  });

  it("a name goes at the end, or away", () => {
    expect(toggleName("age, sex", "fare")).toBe("age, sex, fare");
    expect(toggleName("age, sex", "age")).toBe("sex");
    expect(toggleName("", "last, first")).toBe('"last, first"');
  });
});
