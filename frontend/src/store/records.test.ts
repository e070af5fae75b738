import { describe, expect, it } from "vitest";
import { readLibrary } from "@/store/records";

const node = (node_id: string) => ({ node_id, name: node_id, description: "", inputs: [], outputs: [], drop: null });

describe("a library with ids that mean harm", () => {
  it("holds them as any other, and nothing that no module offers", () => {
    const shelf = { name: "s", description: "", nodes: [node("__proto__"), node("toString")], subshelves: [] };

    const { byId } = readLibrary({ shelves: [shelf] });

    expect(byId["__proto__"]?.name).toBe("__proto__");
    expect(byId["toString"]?.name).toBe("toString");
    expect(byId["constructor"]).toBeUndefined();
    expect(({} as { name?: string }).name).toBeUndefined();
  });
});
