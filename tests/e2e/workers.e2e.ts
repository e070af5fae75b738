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

const menu = (name: string) => editor.page.getByRole("button", { name: `Worker: ${name}` });

describe("workers", () => {
  it("a new one is made, started and shown, with a graph of its own", async () => {
    const { page } = editor;
    await editor.add("number", { x: 420, y: 200 });
    await menu("default").click();
    await page.getByRole("menuitem", { name: /New worker/ }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("second");
    await page.getByRole("switch", { name: "Its own environment" }).click();

    await page.getByRole("button", { name: "Create" }).click();

    await menu("second").waitFor();
    await editor.ready();
    await page.getByText("to add a node").waitFor();
    expect(await page.locator("article[data-node]").count()).toBe(0);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await editor.add("text", { x: 420, y: 200 });
  });

  it("each keeps its graph when one goes from one to the other and back", async () => {
    const { page } = editor;
    await menu("second").click();
    await page.getByRole("menuitemcheckbox", { name: /default/ }).click();
    await editor.node("Number").waitFor();
    expect(await editor.node("Text").count()).toBe(0);

    await menu("default").click();
    await page.getByRole("menuitemcheckbox", { name: /second/ }).click();

    await editor.node("Text").waitFor();
    expect(await editor.node("Number").count()).toBe(0);
  });
});
