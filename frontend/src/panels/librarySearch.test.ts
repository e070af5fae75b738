import { describe, expect, it } from "vitest";
import type { Library, LibraryNode, LibraryPort, LibraryShelf, TypeSpec } from "@/store/types";
import { libraryRows } from "@/panels/libraryRows";
import { fitOf, flatten, marksOf, searchLibrary } from "@/panels/librarySearch";

const ports = (types: TypeSpec[]): LibraryPort[] => types.map((type, at) => ({ id: `p${at}`, name: `p${at}`, type, required: true }));

function node(name: string, description = "", inputs: TypeSpec[] = [], outputs: TypeSpec[] = [], path = ["Math"]): LibraryNode {
  const nodeId = `funcnodes.${name.toLowerCase().replaceAll(" ", "_")}`;
  return { nodeId, name, description, inputs: ports(inputs), outputs: ports(outputs), path };
}

const NODES = [
  node("Add", "The sum of two numbers.", ["float", "float"], ["float"]),
  node("Address lines", "Lines of an address.", ["str"], [{ type: "array", items: "str" }], ["Text"]),
  node("Load", "Adds a file to the graph.", ["str"], ["Any"], ["Files"]),
  node("Linear space", "Evenly spaced numbers.", ["float", "float", "int"], [{ type: "array", items: "float" }]),
  node("LeastSquares", "A fit.", ["numpy.ndarray"], ["numpy.ndarray"], ["Fit"]),
];

const names = (query: string, options = {}) => searchLibrary(NODES, query, options).map((hit) => hit.entry.name);

describe("ranking", () => {
  it("puts the name itself before its start, its start before a word inside, and descriptions last", () => {
    expect(names("add")).toEqual(["Add", "Address lines", "Load"]);
  });

  it("finds by several words, each somewhere", () => {
    expect(names("space evenly")).toEqual(["Linear space"]);
    expect(names("lin addr")).toEqual(["Address lines"]);
    expect(names("add nothing")).toEqual([]);
  });

  it("finds by initials and by capitals inside a name", () => {
    expect(names("ls").slice(0, 2).sort()).toEqual(["LeastSquares", "Linear space"]);
    expect(names("squares")[0]).toBe("LeastSquares");
  });

  it("finds by id and by shelf", () => {
    expect(names("funcnodes.load")[0]).toBe("Load");
    expect(names("files")).toContain("Load");
  });

  it("without a query gives everything, favourites and recent ones first", () => {
    const all = names("", { favourites: ["funcnodes.load"], recent: ["funcnodes.leastsquares"] });

    expect(all.slice(0, 2)).toEqual(["Load", "LeastSquares"]);
    expect(all).toHaveLength(NODES.length);
  });

  it("lets a good match win over habit", () => {
    expect(names("add", { recent: ["funcnodes.load"], favourites: ["funcnodes.load"] })[0]).toBe("Add");
  });
});

describe("fitting a wire", () => {
  it("offers only what can be connected, best fit first", () => {
    const hits = names("", { fitting: { type: "str", direction: "feeds" } });

    expect(hits.slice(0, 2).sort()).toEqual(["Address lines", "Load"]);
    expect(hits).not.toContain("Add");
  });

  it("looks at outputs when an input waits", () => {
    const hits = names("", { fitting: { type: "float", direction: "wants" } });

    expect(hits[0]).toBe("Add");
    expect(hits).not.toContain("Address lines");
  });

  it("does not count trigger ports", () => {
    const only = { ...node("Wait"), inputs: [{ id: "_triggerinput", name: "", type: "Any", required: false }] };

    expect(fitOf(only, { type: "int", direction: "feeds" })).toBe(0);
  });
});

it("marks the letters that matched", () => {
  expect(marksOf("Linear space", ["sp", "lin"])).toEqual([0, 1, 2, 7, 8]);
});

describe("rows of the panel", () => {
  const shelf = (name: string, nodes: LibraryNode[], subshelves: LibraryShelf[] = []): LibraryShelf => ({ name, description: "", nodes, subshelves });
  const shelves = [shelf("Math", [NODES[0]!], [shelf("Ranges", [NODES[3]!, NODES[0]!])])];
  const library: Library = { shelves, byId: Object.fromEntries(NODES.map((one) => [one.nodeId, one])) };
  const base = { query: "", open: new Set<string>(), favourites: [], recent: [] };
  const keys = (options: Partial<typeof base>) => libraryRows(library, { ...base, ...options }).map((row) => row.key);

  it("lists a node of two shelves once when searching", () => {
    expect(flatten(shelves).map((one) => one.name)).toEqual(["Add", "Linear space"]);
  });

  it("show closed shelves with the count of all that is in them", () => {
    const [row] = libraryRows(library, base);

    expect(row).toMatchObject({ kind: "shelf", open: false, count: 3, depth: 0 });
  });

  it("open shelf by shelf", () => {
    expect(keys({ open: new Set(["/Math"]) })).toEqual(["/Math", "/Math/Ranges", "/Math#funcnodes.add"]);
  });

  it("put favourites and recent ones first, none of them twice, and forget what is gone", () => {
    const rows = keys({ favourites: ["funcnodes.add", "gone"] as never[], recent: ["funcnodes.add", "funcnodes.load"] as never[] });

    expect(rows).toEqual(["Favourites", "Favourites/funcnodes.add", "Recent", "Recent/funcnodes.load", "all", "/Math"]);
  });
});
