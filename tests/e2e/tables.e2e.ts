import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

const NODES = `
import funcnodes_core as fn


@fn.NodeDecorator("e2e.rows", name="Rows", separate_thread=True)
def rows(n: int = 50000) -> list[dict[str, object]]:
    """A table that is larger than what a port shows."""
    towns = ("Aachen", "Bonn", "Celle", "Dresden", "Erfurt")
    return [
        {"id": i, "town": towns[i % 5], "reading": round(20 + (i * 37 % 1000) / 70, 2), "note": None if i % 9 else f"note {i}"}
        for i in range(n)
    ]


NODE_SHELF = fn.Shelf(name="Large", nodes=[rows], subshelves=[], description="For tests")
`;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(NODES), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

describe("a table that is larger than what the editor holds", () => {
  for (const scheme of ["light", "dark"] as const) {
    it(`is paged, sorted and searched by the worker (${scheme})`, async () => {
      const editor = await Editor.open(browser, server, { scheme });
      const { page } = editor;
      await editor.add("rows", { x: 420, y: 200 });
      await editor.node("Rows").locator("header").click();
      await page.getByRole("button", { name: "Show all of out" }).click();
      const dialog = page.getByRole("dialog");
      const table = dialog.getByRole("table");
      const cell = (text: string) => table.getByRole("cell", { name: text, exact: true }).first();

      await expect.poll(() => dialog.textContent()).toMatch(/50.000 rows × 4 columns/);
      await table.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
      await cell("49999").waitFor();

      await table.getByRole("button", { name: "id" }).click();
      await table.getByRole("button", { name: "id" }).click();
      await table.evaluate((box) => box.scrollTo({ top: 0 }));
      await cell("49999").waitFor();

      await dialog.getByLabel("Find in table").fill("note 4");
      await expect.poll(() => dialog.textContent()).toMatch(/1\D?234 match/);
      await cell("note 49995").waitFor();
      await table.getByRole("button", { name: "reading" }).click();
      await table.getByRole("cell", { name: /^20\.0/ }).first().waitFor();

      await page.keyboard.press("Escape");
      await editor.ask("clear");
      expect(editor.complaints).toEqual([]);
      await editor.close();
    });
  }
});
