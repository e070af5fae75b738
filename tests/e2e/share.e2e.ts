import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

let server: Server;
let browser: Browser;
let owner: Editor;

const picture = async (page: Editor["page"], name: string) => {
  const folder = process.env.FUNCNODES_PICTURES;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
};

beforeAll(async () => {
  server = await Server.start();
  browser = await launch();
  owner = await Editor.open(browser, server);
  await owner.add("add", { x: 520, y: 260 });
  await owner.write("Add", "b", "4");
  await owner.write("Add", "a", "3");
});

afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

/** Makes a link in the dialog and gives it; the dialog stays open. */
async function makeLink(scope: RegExp, inputs: string[] = []): Promise<string> {
  const { page } = owner;
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Share…" }).click();
  await page.getByRole("radio", { name: scope }).check();
  for (const input of inputs) await page.getByRole("checkbox", { name: input }).check();
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = page.getByRole("textbox", { name: "The link" });
  await link.waitFor();
  return link.inputValue();
}

async function visit(link: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByText("Add").first().waitFor();
  return page;
}

describe("a graph that is shared", () => {
  it("is seen and not changed by a link to view", async () => {
    const link = await makeLink(/See the graph/);
    await picture(owner.page, "share-dialog");
    await owner.page.keyboard.press("Escape");

    const page = await visit(link);

    await page.getByText("View only").waitFor();
    expect(page.url()).not.toContain("share");
    expect(await page.getByRole("button", { name: "Undo" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Run Add" }).count()).toBe(0);
    expect(await page.locator("[data-node] input").count()).toBe(0);
    await expect.poll(() => page.locator('[data-node] [data-side="out"]').textContent()).toContain("7");
    await page.locator("[data-node]").click();
    await page.keyboard.press("Delete");
    await page.keyboard.press("Space");
    expect(await page.locator("[data-node]").count()).toBe(1);
    expect(await page.getByRole("alert").count()).toBe(0);
    await picture(page, "share-view");
    await page.context().close();
  });

  it("has the knobs that the link lists and no others", async () => {
    const link = await makeLink(/Turn some knobs/, ["Add: a"]);
    await picture(owner.page, "share-knobs-dialog");
    await owner.page.keyboard.press("Escape");

    const page = await visit(link);
    await page.getByText("View, with knobs").waitFor();
    expect(await page.locator("[data-node] input").count()).toBe(1);
    await page.locator('[data-port="a"] input').fill("10");
    await page.keyboard.press("Enter");

    await expect.poll(() => owner.shown("Add").textContent()).toContain("14");
    await picture(page, "share-knobs");
    await page.context().close();
  });

  it("is gone from the guest's screen when the link is revoked", async () => {
    const link = await makeLink(/Run it/);
    const page = await visit(link);
    await page.getByRole("button", { name: "Run Add" }).waitFor();

    await owner.page.getByRole("button", { name: /^Revoke the link/ }).last().click();

    await page.waitForURL("**/login", { timeout: 20_000 });
    await page.getByLabel("Token").waitFor();
    await owner.page.keyboard.press("Escape");
    expect(owner.complaints).toEqual([]);
  });
});
