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
  expect(editor.complaints).toEqual([]);
  await editor.close();
});

const valueOf = (one: Editor) => one.port("Number", "value").locator("input").first().inputValue();

describe("several editors", () => {
  afterEach(() => editor.ask("clear"));

  it("show the same: nodes, wires, values, places and names", async () => {
    const other = await Editor.open(browser, server, { scheme: "dark" });
    await editor.add("number", { x: 420, y: 200 });
    await other.node("Number").waitFor();

    await other.write("Number", "value", "5");
    await expect.poll(() => valueOf(editor)).toBe("5");
    await editor.node("Number").locator("header span").nth(1).dblclick();
    await editor.page.keyboard.type("Input");
    await editor.keys("Enter");

    await other.node("Input").waitFor();
    expect(other.complaints).toEqual([]);
    await other.close();
  });

  it("catch up with what happened while the line was down, without a reload", async () => {
    let down = false;
    const lines: { close(): Promise<void> }[] = [];
    await editor.page.routeWebSocket(/\/worker\//, (line) => {
      if (down) return void line.close();
      lines.push(line);
      line.connectToServer();
    });
    await editor.reload();
    await editor.add("number", { x: 420, y: 200 });
    await editor.page.evaluate(() => Object.assign(window, { notReloaded: true }));
    const other = await Editor.open(browser, server);
    down = true;
    await Promise.all(lines.map((line) => line.close()));
    await editor.page.locator('[data-banner="reconnecting"]').waitFor();
    await other.write("Number", "value", "8");
    await other.add("text", { x: 330, y: 120 });

    down = false;

    await editor.node("Text").waitFor();
    await expect.poll(() => valueOf(editor)).toBe("8");
    expect(await editor.page.evaluate(() => "notReloaded" in window)).toBe(true);
    await other.close();
  });
});

describe("a server that goes away", () => {
  it("is said, and found again when it is back", async () => {
    await editor.add("number", { x: 420, y: 200 });
    await editor.write("Number", "value", "3");

    await server.down();
    await editor.page.locator('[data-banner="reconnecting"]').waitFor();
    await server.up();

    // Its sessions ended with it: the editor asks for a login instead of trying for ever.
    await editor.page.locator("#token").waitFor();
    await editor.page.fill("#token", server.token);
    await editor.page.click("button[type=submit]");
    await editor.ready();
    await expect.poll(() => valueOf(editor)).toBe("3");
  });
});
