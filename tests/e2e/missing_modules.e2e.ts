import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

let server: Server;
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  editor = await Editor.open(browser, server);
});

afterAll(async () => {
  expect(editor?.complaints).toEqual([]);
  await browser?.close();
  await server?.remove();
});

const node = (id: string, node_id: string) => ({ id, node_id, name: node_id });

describe("a graph whose modules are not installed", () => {
  it("says how many nodes wait, for which classes, and still does after a reload", async () => {
    const nodes = [node("a", "lab.measure"), node("b", "lab.measure"), node("c", "funcnodes.text")];
    await editor.ask("load_data", { data: { nodes, edges: [] } });

    await editor.reload();
    await editor.page.getByRole("button", { name: "2 not installed" }).click();

    const dialog = editor.page.getByRole("dialog", { name: "2 of 3 nodes wait for modules" });
    await dialog.getByText("lab.measure").waitFor();
    await dialog.getByText("2 nodes", { exact: true }).waitFor();
  });

  it("shows the nodes that wait", async () => {
    await editor.page.getByRole("button", { name: "Show them" }).click();

    await editor.page.getByRole("heading", { name: "2 nodes" }).waitFor();
    expect(await editor.page.getByText("Not installed: lab.measure").count()).toBe(2);
  });

  it("finds what was installed meanwhile, without a restart", async () => {
    server.install(`
import funcnodes_core as fn

@fn.NodeDecorator("lab.measure", name="Measure")
def measure(a: int = 7) -> int:
    """What it is."""
    return a

NODE_SHELF = fn.Shelf(name="Lab", nodes=[measure], subshelves=[], description="")
`);

    await editor.page.getByRole("button", { name: "2 not installed" }).click();
    await editor.page.getByRole("button", { name: "Look again" }).click();

    await editor.page.getByText("Everything that this graph uses is installed.").waitFor();
    await editor.keys("Escape");
    await expect.poll(() => editor.page.getByText("Not installed: lab.measure").count()).toBe(0);
  });
});
