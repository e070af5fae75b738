import { join } from "node:path";
import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

let lab: Server;
let mine: Server;
let browser: Browser;
let editor: Editor;

const menu = (name: string) => editor.page.getByRole("button", { name: `Worker: ${name}` });
const listed = (server: Server) =>
  JSON.parse(server.command("worker", "list", "--json")) as { uuid: string; name: string; port: number }[];

beforeAll(async () => {
  // One after the other: each looks for a free port for its worker.
  lab = await Server.start();
  mine = await Server.start();
  const [worker] = listed(lab);
  const url = `ws://localhost:${worker?.port ?? 0}/`;
  mine.command("worker", "add", url, "--token-file", join(lab.config, "token"), "--name", "Lab");
  browser = await launch();
  editor = await Editor.open(browser, mine);
});

afterAll(async () => {
  await browser?.close();
  await mine?.remove();
  await lab?.remove();
});

describe("a worker that somebody else runs", () => {
  it("is in the list, and its graph is edited like any other", async () => {
    const { page } = editor;
    await menu("default").click();
    await page.getByRole("menuitemcheckbox", { name: /Lab/ }).click();
    await menu("Lab").waitFor();
    await editor.ready();

    await editor.add("add", { x: 420, y: 200 });
    await editor.write("Add", "b", "4");
    await editor.write("Add", "a", "3");

    await expect.poll(() => editor.shown("Add").textContent()).toContain("7");
    expect(editor.complaints).toEqual([]);
  });

  it("says where it is, and can be forgotten but not stopped or deleted", async () => {
    const { page } = editor;
    await menu("Lab").click();
    await page.getByRole("menuitem", { name: /Manage workers/ }).click();
    await page.getByRole("dialog").getByText("ws://localhost:").waitFor();

    await page.getByRole("button", { name: "More for Lab" }).click();

    expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Forget…"]);
    await page.keyboard.press("Escape");
  });

  it("is unreachable when its owner stops it, and forgotten when asked", async () => {
    const { page } = editor;
    await lab.down();
    await page.getByRole("dialog").getByText("Unreachable").waitFor();

    await page.getByRole("button", { name: "More for Lab" }).click();
    await page.getByRole("menuitem", { name: "Forget…" }).click();
    await page.getByRole("button", { name: "Forget worker" }).click();

    await page.getByRole("dialog", { name: "Workers" }).getByText("ws://localhost:").waitFor({ state: "detached" });
    expect(listed(mine).map(({ name }) => name)).toEqual(["default"]);
    expect(listed(lab)).toHaveLength(1);
  });
});
