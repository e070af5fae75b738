import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

const NODES = `
import sys
import threading

import funcnodes_core as fn


@fn.NodeDecorator("e2e.speak", name="Speak", separate_thread=True)
def speak(text: str = "hello") -> str:
    """Prints what it is given."""
    print("said:", text)
    print("careful:", text, file=sys.stderr)
    other = threading.Thread(target=print, args=("from a thread:", text))
    other.start()
    other.join()
    return text


NODE_SHELF = fn.Shelf(name="Speaking", nodes=[speak], subshelves=[], description="For tests")
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

describe("the log", () => {
  for (const scheme of ["light", "dark"] as const) {
    it(`shows what nodes print, each at its node and all together (${scheme})`, async () => {
      const editor = await Editor.open(browser, server, { scheme });
      const output = editor.page.getByRole("log", { name: "Log of the node" });
      await editor.add("speak", { x: 420, y: 200 });

      await editor.write("Speak", "text", `to you in ${scheme}`);
      await editor.node("Speak").locator("header").click();

      await expect.poll(() => output.textContent()).toContain(`said: to you in ${scheme}`);
      await expect.poll(() => output.textContent()).toContain(`from a thread: to you in ${scheme}`);

      await editor.page.getByRole("tab", { name: "Log" }).click();
      const log = editor.page.getByRole("log", { name: "Lines of the log" });
      await expect.poll(() => log.textContent()).toContain("listens on");
      await expect.poll(() => log.textContent()).toContain(`careful: to you in ${scheme}`);
      await editor.page.getByLabel("Find in log").fill(`said: to you in ${scheme}`);
      await expect.poll(() => log.getByRole("button", { name: "Speak" }).count()).toBeGreaterThan(0);
      await expect.poll(() => log.textContent()).not.toContain("listens on");
      await editor.page.getByLabel("Least level").selectOption("error");
      await editor.page.getByText("Nothing matches").waitFor();

      await editor.ask("clear");
      expect(editor.complaints).toEqual([]);
      await editor.close();
    });
  }
});
