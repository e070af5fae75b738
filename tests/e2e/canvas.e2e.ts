import { afterAll, afterEach, beforeAll, beforeEach, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

let server: Server;
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

beforeEach(async () => {
  editor = await Editor.open(browser, server);
});

afterEach(async () => {
  await editor.ask("clear");
  expect(editor.complaints).toEqual([]);
  await editor.close();
});

describe("the canvas", () => {
  it("adds nodes where the pointer is, joins them and shows what they make", async () => {
    await editor.add("number", { x: 420, y: 200 });
    await editor.add("multiply", { x: 700, y: 200 });
    await editor.connect("Number", "out", "Multiply", "a");
    await editor.wires.nth(0).waitFor();

    await editor.write("Number", "value", "6");
    await editor.write("Multiply", "b", "7");

    await expect.poll(() => editor.shown("Multiply").textContent()).toBe("42");
  });

  it("offers what fits when a wire is dropped on empty ground", async () => {
    await editor.add("number", { x: 420, y: 200 });

    await editor.drag(editor.handle("Number", "out", "out"), { x: 760, y: 420 });
    await editor.chooseNode("add");

    await editor.node("Add").waitFor();
    await expect.poll(() => editor.wires.count()).toBe(1);
  });

  it("replaces the wire of an input that is taken", async () => {
    await editor.add("number", { x: 420, y: 150 });
    await editor.add("integer", { x: 420, y: 400 });
    await editor.add("round", { x: 740, y: 200 });
    await editor.connect("Number", "out", "Round", "value");
    await editor.wires.nth(0).waitFor();

    await editor.connect("Integer", "out", "Round", "value");

    const src = async () => ((await editor.ask("get_edges")) as { src: [string, string] }[]).map((edge) => edge.src[0]);
    const integer = await editor.node("Integer").getAttribute("data-node");
    await expect.poll(src).toEqual([integer]);
  });

  it("keeps places over a reload and undoes them after it", async () => {
    await editor.add("number", { x: 420, y: 200 });
    const before = await editor.node("Number").boundingBox();
    await editor.move("Number", 140, 90);
    const pos = async () => ((await editor.ask("get_nodes")) as { frontend: { pos: [number, number] } }[])[0]?.frontend.pos;
    const first = await pos();
    await expect.poll(async () => (await pos())?.[0] !== undefined && (await editor.node("Number").boundingBox())!.x > before!.x + 100).toBe(true);

    await editor.reload();
    await editor.keys("Control+z");

    await expect.poll(pos).not.toEqual(first);
    await editor.keys("Control+z");
    await expect.poll(() => editor.page.locator("article[data-node]").count()).toBe(0);
    await editor.keys("Control+Shift+z");
    await editor.node("Number").waitFor();
  });

  it("deletes, copies and pastes what is selected, with values", async () => {
    await editor.add("number", { x: 420, y: 200 });
    await editor.write("Number", "value", "11");
    await editor.node("Number").locator("header").click();

    await editor.keys("Control+c");
    await editor.page.mouse.move(700, 500);
    await expect.poll(() => editor.page.evaluate(() => navigator.clipboard.readText())).toContain("fragment");
    await editor.keys("Control+v");
    await expect.poll(() => editor.node("Number").count()).toBe(2);
    await expect.poll(() => editor.node("Number").nth(1).locator("input").first().inputValue()).toBe("11");

    await editor.keys("Delete");
    await expect.poll(() => editor.node("Number").count()).toBe(1);
  });

  it("groups the selection, names the group and moves its members with it", async () => {
    await editor.add("number", { x: 420, y: 200 });
    await editor.add("text", { x: 720, y: 200 });
    await editor.keys("Control+a");
    await editor.keys("Control+g");
    const group = editor.page.locator('section[aria-label="Group Group"]');
    await group.waitFor();

    await group.locator("header").dblclick();
    await editor.page.keyboard.type("Sources");
    await editor.keys("Enter");
    const renamed = editor.page.locator('section[aria-label="Group Sources"]');
    await renamed.waitFor();
    const before = (await editor.node("Number").boundingBox())!;
    await editor.drag(renamed.locator("header"), { x: 700, y: 420 });

    await expect.poll(async () => (await editor.node("Number").boundingBox())!.y - before.y).toBeGreaterThan(80);
  });

  it("says what went wrong in a node and shows the traceback", async () => {
    await editor.add("divide", { x: 500, y: 250 });
    await editor.write("Divide", "b", "0");
    await editor.write("Divide", "a", "1");

    const strip = editor.node("Divide").locator("[data-error]");
    await strip.waitFor();
    expect(await strip.textContent()).toContain("ZeroDivisionError");
    await strip.click();
    await editor.page.getByRole("dialog").getByText("return a / b").waitFor();
    await editor.keys("Escape");
    await editor.write("Divide", "b", "2");
    await expect.poll(() => editor.shown("Divide").textContent()).toBe("0.5");
  });

  it("takes a node that is dragged from the library", async () => {
    await editor.page.getByPlaceholder("Search nodes").fill("absolute");
    const row = editor.page.getByRole("treeitem", { name: /Absolute/ }).first();

    await row.dragTo(editor.page.locator(".react-flow__pane"), { targetPosition: { x: 300, y: 250 } });

    await editor.node("Absolute").waitFor();
  });

  it("shows that a node runs and stops it", async () => {
    await editor.add("wait", { x: 420, y: 200 });
    await editor.write("Wait", "seconds", "60");
    await editor.write("Wait", "value", "1");
    await expect.poll(() => editor.node("Wait").getAttribute("data-status")).toBe("running");

    await editor.node("Wait").getByRole("button", { name: "Stop Wait" }).click();

    await expect.poll(() => editor.node("Wait").getAttribute("data-status")).not.toBe("running");
  });

  it("takes a wire off its port and puts it on another", async () => {
    await editor.add("number", { x: 330, y: 200 });
    await editor.add("add", { x: 700, y: 200 });
    await editor.connect("Number", "out", "Add", "a");
    await editor.wires.nth(0).waitFor();
    const end = (await editor.handle("Add", "a", "in").boundingBox())!;
    const grip = { x: end.x - 6, y: end.y + end.height / 2 };

    await editor.page.mouse.move(grip.x, grip.y);
    await editor.page.mouse.down();
    const to = (await editor.handle("Add", "b", "in").boundingBox())!;
    await editor.page.mouse.move(to.x - 20, to.y, { steps: 4 });
    await editor.page.mouse.move(to.x + 5, to.y + 5, { steps: 4 });
    await editor.page.mouse.up();

    const dst = async () => ((await editor.ask("get_edges")) as { dst: [string, string] }[]).map((edge) => edge.dst[1]);
    await expect.poll(dst).toEqual(["b"]);
  });
});
