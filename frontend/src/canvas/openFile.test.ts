import { expect, it } from "vitest";
import { readerOf } from "@/canvas/openFile";
import type { LibraryNode } from "@/store/types";

const reader = (nodeId: string, ...suffixes: string[]): [string, LibraryNode] => [
  nodeId,
  { nodeId, name: nodeId, description: "", inputs: [], outputs: [], path: [], drop: { suffixes, input: "path" } },
];

const library = Object.fromEntries([
  reader("read_json", ".json"),
  reader("read_geojson", ".geo.json"),
  reader("read_csv", ".csv", ".tsv"),
  ["add", { ...reader("add")[1], drop: undefined }],
]);

it.each([
  ["data.csv", "read_csv"],
  ["DATA.TSV", "read_csv"],
  ["a.json", "read_json"],
  ["a.geo.json", "read_geojson"],
])("%s is read by %s", (file, nodeId) => {
  expect(readerOf(file, library)?.nodeId).toBe(nodeId);
});

it("a file of another kind is read as bytes where there is a node for that", () => {
  expect(readerOf("x.bin", library)).toBeUndefined();
  expect(readerOf("x.bin", { ...library, ...Object.fromEntries([reader("read_bytes", "")]) })?.nodeId).toBe("read_bytes");
});
