import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, passengers, Server } from "@e2e";

let server: Server;
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  editor = await Editor.open(browser, server, { width: 1920, height: 1080 });
});

afterAll(async () => {
  expect(editor?.complaints).toEqual([]);
  await browser?.close();
  await server?.remove();
});

const rows = () => editor.shown("Filter rows").textContent();
const plot = () => editor.body("Bar plot").locator("img").getAttribute("src");

/** Every structure and value that is the user's, for a comparison before and after. */
async function document() {
  const nodes = (await editor.ask("get_nodes")) as {
    uuid: string;
    inputs: { [id: string]: { href?: string } };
    frontend: object;
    outputs: { [id: string]: { value: unknown; mime: string } };
  }[];
  const edges = await editor.ask("get_edges");
  // A picture comes back as the preview that was kept of it; that it is seen is checked on the screen.
  const values = (outputs: (typeof nodes)[number]["outputs"]) =>
    Object.entries(outputs).map(([id, { value, mime }]) => [id, mime, mime.startsWith("image/") ? "seen" : value]);
  // Where a value can be fetched from says which one of this process it is.
  const ports = (inputs: (typeof nodes)[number]["inputs"]) => Object.values(inputs).map(({ href: _, ...port }) => port);
  const plain = nodes.map(({ uuid, inputs, frontend, outputs }) => ({ uuid, inputs: ports(inputs), frontend, values: values(outputs) }));
  return { nodes: plain, edges };
}

describe("the first minute", () => {
  it("a dropped table is read, filtered, described and drawn", async () => {
    await editor.dropFile("passengers.csv", passengers(), { x: 290, y: 80 });
    await editor.node("Read CSV").waitFor();
    await expect.poll(() => editor.shown("Read CSV").textContent()).toContain("900");

    await editor.drag(editor.handle("Read CSV", "out", "out"), { x: 640, y: 120 });
    await editor.chooseNode("filter rows");
    await editor.node("Filter rows").waitFor();
    await editor.choose("Filter rows", "column", "class");
    await editor.write("Filter rows", "value", "1");
    await expect.poll(rows).toMatch(/\d+ rows/);
  });

  it("everything behind a changed filter follows", async () => {
    await editor.drag(editor.handle("Filter rows", "out", "out"), { x: 1020, y: 130 });
    await editor.chooseNode("describe");
    await editor.node("Describe").waitFor();
    await editor.drag(editor.handle("Filter rows", "out", "out"), { x: 1020, y: 620 });
    await editor.chooseNode("bar plot");
    await editor.node("Bar plot").waitFor();
    await expect.poll(() => editor.wires.count()).toBe(3);
    await editor.choose("Bar plot", "label", "port");
    await editor.body("Describe").waitFor();
    await editor.body("Bar plot").locator("img").waitFor();
    const [rowsBefore, plotBefore] = [await rows(), await plot()];

    await editor.write("Filter rows", "value", "3");

    await expect.poll(rows).not.toBe(rowsBefore);
    await expect.poll(plot).not.toBe(plotBefore);
  });

  it("a killed worker comes back with structure, values and previews, and still undoes", async () => {
    const value = async () => editor.port("Filter rows", "value").locator("input, textarea").first().inputValue();
    const before = await document();
    const rowsBefore = await rows();
    // what settles is on disk within a second; the issue asks for two
    await new Promise((resolve) => setTimeout(resolve, 2000));

    server.killWorkers();
    await editor.page.locator("[data-banner]").waitFor();
    await editor.page.getByRole("button", { name: "Start it" }).click();
    await editor.ready();

    expect(await document()).toEqual(before);
    expect(await rows()).toBe(rowsBefore);
    await editor.body("Bar plot").locator("img").waitFor();
    expect(await value()).toBe("3");

    await editor.page.locator(".react-flow__pane").click({ position: { x: 5, y: 5 } });
    await editor.keys("Control+z");
    await expect.poll(value).toBe("1");
    await editor.keys("Control+z");
    await expect.poll(async () => JSON.stringify(await document())).not.toContain('"value":"port"');
    await editor.keys("Control+Shift+z");
    await expect.poll(async () => JSON.stringify(await document())).toContain('"value":"port"');
  });
});
