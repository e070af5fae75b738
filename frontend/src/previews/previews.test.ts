import { describe, expect, it } from "vitest";
import { NO_VALUE } from "@/store/types";
import { toCsv, valueFile } from "@/previews/download";
import { hexRows } from "@/previews/BytesPreview";
import { TABLE_MIME, choosePreview } from "@/previews/choose";
import { cellText, matchingRows, sortedOrder, toTable } from "@/previews/tableModel";
import { readError, readFrames } from "@/previews/traceback";
import { toTree } from "@/previews/tree";

const JSON_MIME = "application/json";

describe("choosing", () => {
  it.each<[string | null, unknown, string]>([
    [JSON_MIME, NO_VALUE, "none"],
    [JSON_MIME, null, "none"],
    [JSON_MIME, 1.5, "number"],
    [JSON_MIME, { "$fn:float": "nan" }, "number"],
    [JSON_MIME, { "$fn:int": "1" }, "number"],
    [JSON_MIME, true, "boolean"],
    [JSON_MIME, "text", "text"],
    [JSON_MIME, { "$fn:str": NO_VALUE }, "text"],
    [JSON_MIME, { "$fn:bytes": "AA==" }, "bytes"],
    [JSON_MIME, { "$fn:dict": { "$fn:x": 1 } }, "json"],
    [JSON_MIME, [1], "json"],
    [null, { a: 1 }, "json"],
    [TABLE_MIME, { columns: ["a"], index: [0], rows: [[1]], total: 1 }, "table"],
    [TABLE_MIME, "broken", "json"],
    ["image/png", new Uint8Array(3), "image"],
    ["image/svg+xml", "<svg/>", "svg"],
    ["application/octet-stream", new Uint8Array(3), "bytes"],
    ["text/plain", "x", "text"],
    ["application/vnd.funcnodes.error+json", { error: "E" }, "error"],
  ])("%s %j", (mime, data, kind) => {
    expect(choosePreview(mime, data)).toBe(kind);
  });

  it("shows text as svg only where the port says so", () => {
    expect(choosePreview(JSON_MIME, "<svg/>", "svg")).toBe("svg");
    expect(choosePreview(JSON_MIME, 5, "svg")).toBe("number");
  });
});

describe("tables", () => {
  it("are made of frames, of dicts with different keys, and of rows", () => {
    const frame = toTable({ columns: ["a", 2], index: ["x"], rows: [[1, null]], total: 50 });
    const dicts = toTable([{ a: 1 }, { b: "y", a: 2 }]);
    const rows = toTable([[1, 2], [3]]);

    expect(frame).toMatchObject({ index: ["x"], total: 50, columns: [{ label: "a" }, { label: "2" }] });
    expect(dicts?.rows).toEqual([[1, null], [2, "y"]]);
    expect(rows?.columns.map((column) => column.label)).toEqual(["0", "1"]);
    expect([[], "x", [1, 2], { a: 1 }].map(toTable)).toEqual([null, null, null, null]);
  });

  it("know which columns are numbers, whatever is missing in them", () => {
    const table = toTable([{ n: 1, t: "a", e: null }, { n: { "$fn:float": "nan" }, t: 2, e: null }, { n: null, t: "b", e: null }]);

    expect(table?.columns.map((column) => column.numeric)).toEqual([true, false, false]);
  });

  it("sort numbers by size, texts by their numbers, and put gaps last both ways", () => {
    const rows = [[10, "a10"], [null, "a9"], [9, null]];

    expect(sortedOrder(rows, { column: 0, descending: false })).toEqual([2, 0, 1]);
    expect(sortedOrder(rows, { column: 0, descending: true })).toEqual([0, 2, 1]);
    expect(sortedOrder(rows, { column: 1, descending: false })).toEqual([1, 0, 2]);
    expect(sortedOrder(rows, null)).toEqual([0, 1, 2]);
  });

  it("find rows by any cell", () => {
    const table = toTable([{ a: "Bergen", b: 1 }, { a: "Hull", b: 12 }]);

    expect(table && matchingRows(table, [0, 1], "12")).toEqual([1]);
    expect(table && matchingRows(table, [0, 1], "BERG")).toEqual([0]);
  });

  it("line up the points of a column whose fractions are short", () => {
    const table = toTable([{ a: 1.5, b: 1, c: 0.1234567 }, { a: -4, b: 2, c: 2 }]);

    expect(table?.columns.map((column) => column.decimals)).toEqual([1, null, null]);
    expect([cellText(-4, 1), cellText(1, null), cellText(null, 1), cellText("x", 1)]).toEqual(["-4.0", "1", "–", "x"]);
  });

  it("show nothing as a dash", () => {
    expect([null, NO_VALUE, 0, false, ""].map((value) => cellText(value))).toEqual(["–", "–", "0", "False", ""]);
  });
});

describe("errors", () => {
  const traceback = [
    "Traceback (most recent call last):",
    '  File "/x/site-packages/funcnodes_core/node/run.py", line 8, in run',
    "    result = call()",
    '  File "/home/ada/lab/ratios.py", line 12, in ratio',
    "    return a / b",
    "           ~~^~~",
    "ZeroDivisionError: division by zero",
  ].join("\n");

  it("are taken apart into kind, message and frames with their code", () => {
    const read = readError("lab.errors.BadRatio: b: zero", traceback);

    expect(read).toMatchObject({ kind: "BadRatio", message: "b: zero" });
    expect(read.frames).toMatchObject([
      { foreign: true, line: 8, where: "run", code: "result = call()" },
      { foreign: false, line: 12, where: "ratio", code: "return a / b" },
    ]);
  });

  it("lose the quotes around a sentence and keep those of a key", () => {
    expect(readError(`KeyError: "no column 'a'; there are none"`, "").message).toBe("no column 'a'; there are none");
    expect(readError("KeyError: 'a'", "").message).toBe("'a'");
  });

  it("without a message keep their kind, and free text its words", () => {
    expect(readError("KeyboardInterrupt", "")).toMatchObject({ kind: "KeyboardInterrupt", message: "" });
    expect(readError("something went wrong: badly", "")).toMatchObject({ kind: "Error", message: "something went wrong: badly" });
    expect(readFrames("no traceback at all")).toEqual([]);
  });
});

describe("trees", () => {
  it("turn tagged values into what they mean", () => {
    const tree = toTree({ n: { "$fn:float": "-inf" }, i: { "$fn:int": "123" }, d: { "$fn:dict": { "$fn:int": 1 } }, t: "a" });

    expect(tree).toEqual({ value: { n: -Infinity, i: "123", d: { "$fn:int": 1 }, t: '"a"' }, cut: false });
  });

  it("cut what would freeze the page, and say so", () => {
    const long = toTree(Array.from({ length: 2000 }, () => 0));

    expect(long.value).toHaveLength(500);
    expect(long.cut).toBe(true);
  });
});

it("bytes are laid out in rows of hex and text", () => {
  expect(hexRows(new TextEncoder().encode("Hi\n!"), 3, 10)).toEqual([
    { offset: "000000", hex: "48 69 0a", ascii: "Hi·" },
    { offset: "000003", hex: "21", ascii: "!" },
  ]);
});

describe("saving", () => {
  it("writes tables as CSV that spreadsheets read", () => {
    const csv = toCsv([{ a: 'say "hi"', b: 1.25, c: null }, { a: "x,y", b: { "$fn:float": "nan" }, c: true }]);

    expect(csv).toBe('a,b,c\r\n"say ""hi""",1.25,\r\n"x,y",nan,True\r\n');
  });

  it("gives each kind the ending that other programs expect", () => {
    const names = [
      valueFile("svg", "image/svg+xml", "<svg/>", "Plot · out"),
      valueFile("image", "image/jpeg", new Uint8Array(2), "a/b"),
      valueFile("bytes", "application/octet-stream", new Uint8Array(2), "..x"),
      valueFile("text", JSON_MIME, "hello", "Größe"),
      valueFile("table", TABLE_MIME, [{ a: 1 }], "t"),
      valueFile("json", JSON_MIME, { a: 1 }, "###"),
    ].map((file) => file?.name);

    expect(names).toEqual(["Plot-out.svg", "a-b.jpg", "x.bin", "Größe.txt", "t.csv", "value.json"]);
    expect(valueFile("none", JSON_MIME, null, "x")).toBeNull();
    expect(valueFile("image", "image/png", new Uint8Array(), "x")).toBeNull();
  });
});
