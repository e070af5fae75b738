/** Makes the picture in the README (`npm run picture`), so that it shows the editor as it is. */

import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { launch } from "./browser";
import { Editor } from "./editor";
import { passengers, Server } from "./server";

it("a CSV file read, filtered, described and plotted", async () => {
  const [server, browser] = await Promise.all([Server.start(), launch()]);
  const editor = await Editor.open(browser, server, { width: 1440, height: 810 });
  await editor.keys("Control+i");
  await editor.dropFile("passengers.csv", passengers(), { x: 290, y: 90 });
  await expect.poll(() => editor.shown("Read CSV").textContent()).toContain("900");
  await editor.drag(editor.handle("Read CSV", "out", "out"), { x: 650, y: 140 });
  await editor.chooseNode("filter rows");
  await editor.node("Filter rows").waitFor();
  await editor.choose("Filter rows", "column", "age");
  await editor.choose("Filter rows", "operator", ">=");
  await editor.write("Filter rows", "value", "18");
  await editor.drag(editor.handle("Filter rows", "out", "out"), { x: 1030, y: 120 });
  await editor.chooseNode("describe");
  await editor.node("Describe").waitFor();
  await editor.drag(editor.handle("Filter rows", "out", "out"), { x: 1030, y: 410 });
  await editor.chooseNode("bar plot");
  await editor.node("Bar plot").waitFor();
  await editor.choose("Bar plot", "label", "class");
  await editor.choose("Bar plot", "value", "fare");
  await editor.write("Bar plot", "title", "Mean fare by class");
  await editor.body("Bar plot").locator("img").waitFor();
  await editor.keys("Escape");
  await editor.keys("f");
  await editor.page.mouse.move(300, 760);
  await editor.page.waitForTimeout(700);

  await editor.page.screenshot({ path: fileURLToPath(new URL("../../docs/images/editor.png", import.meta.url)) });

  await browser.close();
  await server.remove();
});
