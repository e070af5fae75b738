import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { favourites, library, recent } from "@/store/library";
import type { LibraryNode } from "@/store/types";
import { connection } from "@/store/workers";
import { Library } from "@/panels/Library";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let root: Root;
let host: HTMLElement;
let added: string[];

function node(name: string): LibraryNode {
  return { nodeId: `x.${name}`, name, description: `The ${name} node.`, inputs: [], outputs: [], path: ["Math"] };
}

const show = () => act(() => root.render(<Library onAdd={(id) => added.push(id)} />));
const field = () => host.querySelector("input") as HTMLInputElement;
const rows = () => [...host.querySelectorAll<HTMLElement>("[role=treeitem]")];
const labels = () => rows().map((row) => row.getAttribute("aria-label"));
const press = (target: Element | null, key: string) =>
  act(() => target?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));

function type(text: string): void {
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field(), text);
    field().dispatchEvent(new Event("input", { bubbles: true }));
  });
}

beforeEach(() => {
  localStorage.clear();
  const nodes = [node("add"), node("round")];
  library.set({
    shelves: [{ name: "Math", description: "", nodes, subshelves: [] }],
    byId: Object.fromEntries(nodes.map((one) => [one.nodeId, one])),
  });
  favourites.set([]);
  recent.set([]);
  connection.set("open");
  added = [];
  host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

describe("the library", () => {
  it("shows its only shelf opened", () => {
    show();

    expect(labels()).toEqual(["Math, 2 nodes", "add", "round"]);
  });

  it("adds the best hit on Enter in the search", () => {
    show();

    type("rou");
    press(field(), "Enter");

    expect(labels()).toEqual(["round"]);
    expect(added).toEqual(["x.round"]);
  });

  it("is walked, folded and used by the keyboard", () => {
    show();

    press(field(), "ArrowDown");
    press(document.activeElement, "ArrowDown");
    press(document.activeElement, "Enter");
    press(document.activeElement, "*");
    expect(added).toEqual(["x.add"]);
    expect(favourites.get()).toEqual(["x.add"]);

    press(host.querySelector('[aria-label="Math, 2 nodes"]'), "ArrowLeft");
    expect(labels()).toEqual(["add", "Math, 2 nodes"]);
  });

  it("clears the search on Escape", () => {
    show();

    type("rou");
    press(field(), "Escape");

    expect(field().value).toBe("");
    expect(labels()).toHaveLength(3);
  });

  it("says why it is empty", () => {
    library.set({ shelves: [], byId: {} });
    show();
    expect(host.textContent).toContain("This worker offers no nodes");

    act(() => connection.set("lost"));
    expect(host.textContent).toContain("comes with the connection");
  });
});
