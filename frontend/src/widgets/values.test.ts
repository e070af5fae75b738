import { describe as suite, expect, it } from "vitest";
import { NO_VALUE } from "@/store/types";
import { bytesOf, bytesToWire, describe, formatBytes, isNoValue, sameValue, tagged, textToWire, wireToText } from "@/widgets/values";

suite("no value", () => {
  it("is the literal and undefined, never None or an empty text", () => {
    expect([NO_VALUE, undefined].every(isNoValue)).toBe(true);
    expect([null, "", 0, false].some(isNoValue)).toBe(false);
  });

  it("is told apart from the same text", () => {
    expect(textToWire(NO_VALUE)).toEqual({ "$fn:str": NO_VALUE });
    expect(wireToText({ "$fn:str": NO_VALUE })).toBe(NO_VALUE);
    expect(wireToText(NO_VALUE)).toBeNull();
  });
});

suite("tagged values", () => {
  it("are one-key objects with a known tag", () => {
    expect(tagged({ "$fn:int": "5" })).toEqual({ tag: "int", payload: "5" });
    expect(tagged({ "$fn:int": "5", other: 1 })).toBeNull();
    expect(tagged({ "$fn:unknown": 1 })).toBeNull();
    expect(tagged([1])).toBeNull();
  });

  it("carry bytes there and back, also more than one call can spread", () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 256);

    const back = bytesOf(bytesToWire(bytes)["$fn:bytes"]);

    expect(back).toEqual(bytes);
  });

  it("give no bytes for damaged base64 instead of throwing", () => {
    expect(bytesOf("***")).toEqual(new Uint8Array());
  });
});

suite("describing", () => {
  it.each([
    [NO_VALUE, "no value"],
    [null, "None"],
    [true, "True"],
    [{ "$fn:float": "nan" }, "nan"],
    [{ "$fn:int": "90071992547409931" }, "90071992547409931"],
    [{ "$fn:bytes": btoa("abcd") }, "bytes · 4 B"],
    [{ "$fn:enum": ["Colour", "RED"] }, "Colour.RED"],
    [[], "empty list"],
    [{}, "empty dict"],
    [[1, null, "a"], "[1, None, a]"],
    [{ a: [1] }, "{a: [1]}"],
    [[0.123456789, 12], "[0.12346, 12]"],
    [0.123456789, "0.123456789"],
  ])("%j reads %s", (value, text) => {
    expect(describe(value)).toBe(text);
  });

  it("bounds its length", () => {
    expect(describe("x".repeat(500), 20)).toHaveLength(20);
  });
});

it("sizes are read in decimal units", () => {
  expect([0, 999, 1500, 60302, 1840223].map(formatBytes)).toEqual(["0 B", "999 B", "1.5 KB", "60.3 KB", "1.8 MB"]);
});

it("equality looks into lists and dicts and ignores the order of keys", () => {
  expect(sameValue({ a: [1, { b: null }], c: 2 }, { c: 2, a: [1, { b: null }] })).toBe(true);
  expect(sameValue([1, 2], [1, 2, 3])).toBe(false);
  expect(sameValue({ a: undefined }, { b: 1 })).toBe(false);
});
