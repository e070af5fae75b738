import { afterAll, beforeAll, type Browser, describe, Editor, expect, it, launch, Server } from "@e2e";

const NODES = `
import funcnodes_core as fn
from funcnodes_core.nodemaker.instance import instance_nodefunction
from funcnodes_worker import ExternalWorkerConfig, FuncNodesExternalWorker
from pydantic import Field, SecretStr
from typing import Literal

class PumpConfig(ExternalWorkerConfig):
    port: str = Field(description="Where it is plugged in")
    speed: float = Field(default=1.5, ge=0, le=10, description="Litres a second")
    mode: Literal["gentle", "strong"] = "gentle"
    backwards: bool = Field(default=False, description="Pump the other way round")
    password: SecretStr | None = None

class Pump(FuncNodesExternalWorker):
    """A pump at a serial port."""
    NODECLASSID = "lab.pump"
    NAME = "Pump"
    config_cls = PumpConfig

    async def loop(self):
        if self.config.port == "broken":
            raise OSError("the pump does not answer")

    @instance_nodefunction(name="Pumped")
    def pumped(self, seconds: float = 2) -> float:
        """How much went through."""
        return seconds * self.config.speed

NODE_SHELF = fn.Shelf(name="Lab", nodes=[], subshelves=[], description="")
FUNCNODES_WORKER_CLASSES = [Pump]
`;

let server: Server;
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(NODES), launch()]);
  editor = await Editor.open(browser, server);
});

afterAll(async () => {
  expect(editor?.complaints).toEqual([]);
  await browser?.close();
  await server?.remove();
});

const pictures = process.env.FUNCNODES_SHOTS;

async function shot(name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await editor.page.emulateMedia({ colorScheme });
    await editor.page.waitForTimeout(400);
    await editor.page.screenshot({ path: `${pictures}/${name}-${colorScheme}.png` });
  }
  await editor.page.emulateMedia({ colorScheme: "light" });
}

describe("external workers", () => {
  const dialog = () => editor.page.getByRole("dialog", { name: "External workers" });
  const row = (name: string) => dialog().getByRole("listitem", { name });

  it("one is added by the form of its class, and its nodes are in the library", async () => {
    await editor.page.getByRole("button", { name: "More", exact: true }).click();
    await editor.page.getByRole("menuitem", { name: "External workers…" }).click();
    await dialog().getByText("None yet").waitFor();
    await dialog().getByRole("button", { name: "Add" }).click();
    await editor.page.getByRole("menuitem", { name: "Pump" }).click();
    const form = editor.page.getByRole("dialog", { name: "New Pump" });
    await form.getByLabel("Name").fill("Left pump");
    await form.getByLabel("Port").fill("usb0");
    await form.getByLabel("Speed").fill("11");
    await form.getByText("At most 10").waitFor();
    await shot("form");
    await form.getByLabel("Speed").fill("3");
    await form.getByLabel("Password").fill("swordfish");
    await form.getByRole("button", { name: "Add and start" }).click();
    await row("Left pump").getByText("Running").waitFor();
    await editor.keys("Escape");
    await expect.poll(() => dialog().count()).toBe(0);
    await editor.page.getByRole("searchbox", { name: "Search nodes" }).fill("pumped");
    await editor.page.getByText("External workers › Left pump").waitFor();
    await editor.page.getByRole("searchbox", { name: "Search nodes" }).press("Enter");

    await editor.node("Pumped").waitFor();
    await editor.page.getByRole("button", { name: "Run", exact: true }).click();
    await expect.poll(() => editor.shown("Pumped").textContent()).toContain("6");
  });

  it("its node says when it is stopped, and works again when it is started", async () => {
    await editor.ask("add_external_worker", { classid: "lab.pump", name: "Right pump", config: { port: "broken" } });
    await editor.page.getByRole("button", { name: "More", exact: true }).click();
    await editor.page.getByRole("menuitem", { name: "External workers…" }).click();
    await row("Right pump").getByText("OSError: the pump does not answer").waitFor();
    await row("Left pump").getByRole("button", { name: "Stop" }).click();
    await row("Left pump").getByText("Stopped").waitFor();
    await shot("list");
    await editor.keys("Escape");
    await editor.node("Pumped").getByText("Stopped: Left pump").waitFor();
    await shot("stopped");

    await editor.page.getByRole("button", { name: "1 waits for external workers" }).click();
    await row("Left pump").getByRole("button", { name: "Start" }).click();

    await row("Left pump").getByText("Running").waitFor();
    await editor.keys("Escape");
    await expect.poll(() => editor.node("Pumped").getByText("Stopped: Left pump").count()).toBe(0);
    await expect.poll(() => editor.shown("Pumped").textContent()).toContain("6");
  });

  it("a secret is never shown again, and removing one asks first", async () => {
    await editor.page.getByRole("button", { name: "More", exact: true }).click();
    await editor.page.getByRole("menuitem", { name: "External workers…" }).click();
    await row("Left pump").getByRole("button", { name: "More for Left pump" }).click();
    await editor.page.getByRole("menuitem", { name: "Configure…" }).click();
    const form = editor.page.getByRole("dialog", { name: "Left pump" });
    expect(await form.getByLabel("Password").inputValue()).toBe("");
    expect(await form.getByLabel("Password").getAttribute("placeholder")).toContain("set");
    await form.getByRole("button", { name: "Save" }).click();
    await row("Right pump").getByRole("button", { name: "More for Right pump" }).click();
    await editor.page.getByRole("menuitem", { name: "Remove…" }).click();
    await editor.page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();

    await expect.poll(() => row("Right pump").count()).toBe(0);
    expect(await row("Left pump").count()).toBe(1);
  });
});
