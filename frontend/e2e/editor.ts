/** One page with the editor, driven as a user would: by what is seen, with mouse and keys. */

import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import type { Server } from "./server";

export interface OpenOptions {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
}

interface Point {
  x: number;
  y: number;
}

export class Editor {
  /** What the page wrote to its console as an error. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {
    page.on("pageerror", (error) => this.complaints.push(error.stack ?? error.message));
    page.on("console", (line) => {
      const lost = /WebSocket connection|Failed to load resource/.test(line.text());
      if (line.type() === "error" && !lost) this.complaints.push(line.text());
    });
  }

  static async open(browser: Browser, server: Server, options: OpenOptions = {}): Promise<Editor> {
    const { width = 1280, height = 720, scheme = "light" } = options;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.origin });
    const page = await context.newPage();
    await page.goto(`${server.origin}/login`);
    const editor = new Editor(page, context);
    await page.fill("#token", server.token);
    await page.click("button[type=submit]");
    await editor.ready();
    return editor;
  }

  /** Waits until the graph on screen is the worker's. */
  async ready(): Promise<void> {
    try {
      await this.page.locator('[data-connection="open"]').waitFor();
    } catch (error) {
      throw new Error(`The editor did not connect. It shows:\n${await this.page.innerText("body")}`, { cause: error });
    }
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  close(): Promise<void> {
    return this.context.close();
  }

  node(name: string): Locator {
    return this.page.locator(`article[data-node][aria-label="${name}"]`);
  }

  port(node: string, port: string, side: "in" | "out" = "in"): Locator {
    return this.node(node).locator(`[data-port="${port}"][data-side="${side}"]`);
  }

  handle(node: string, port: string, side: "in" | "out"): Locator {
    return this.port(node, port, side).locator(".react-flow__handle");
  }

  body(node: string): Locator {
    return this.node(node).locator("[data-body]");
  }

  get wires(): Locator {
    return this.page.locator(".react-flow__edge");
  }

  /** Adds a node by search at a point of the page. */
  async add(query: string, at: Point): Promise<void> {
    const before = await this.page.locator("article[data-node]").count();
    await this.page.mouse.dblclick(at.x, at.y);
    await this.chooseNode(query);
    await this.page.locator("article[data-node]").nth(before).waitFor();
  }

  /** Answers the open search-to-add. */
  async chooseNode(query: string): Promise<void> {
    await this.page.getByRole("dialog", { name: "Add a node" }).waitFor();
    await this.page.keyboard.type(query);
    await this.page.keyboard.press("Enter");
  }

  async drag(from: Locator, to: Locator | Point): Promise<void> {
    const start = await centre(from);
    const end = "x" in to ? to : await centre(to);
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    await this.page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
    await this.page.mouse.move(end.x, end.y, { steps: 4 });
    await this.page.mouse.up();
  }

  async connect(src: string, out: string, dst: string, input: string): Promise<void> {
    await this.drag(this.handle(src, out, "out"), this.handle(dst, input, "in"));
  }

  /** Moves a node by its head. */
  async move(node: string, dx: number, dy: number): Promise<void> {
    const head = this.node(node).locator("header");
    const { x, y } = await centre(head);
    await this.drag(head, { x: x + dx, y: y + dy });
  }

  /** Writes into the widget of an input and leaves it. */
  async write(node: string, port: string, text: string): Promise<void> {
    const field = this.port(node, port).locator("input, textarea").first();
    await field.fill(text);
    await field.press("Enter");
    await field.blur();
  }

  /** Chooses an option of an input that offers some. */
  async choose(node: string, port: string, option: string): Promise<void> {
    await this.port(node, port).locator("button, [role=combobox]").first().click();
    await this.page.getByRole("option", { name: option, exact: true }).click();
  }

  /** What an output shows beside its name. */
  shown(node: string, port = "out"): Locator {
    return this.port(node, port, "out").locator("button");
  }

  /** Drops a file on the canvas. */
  async dropFile(name: string, text: string, at: Point): Promise<void> {
    const data = await this.page.evaluateHandle(
      ([file, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content ?? ""], file ?? ""));
        return transfer;
      },
      [name, text],
    );
    const where = { dataTransfer: data, clientX: at.x, clientY: at.y };
    await this.page.dispatchEvent(".react-flow__pane", "dragover", where);
    await this.page.dispatchEvent(".react-flow__pane", "drop", where);
  }

  async keys(chord: string): Promise<void> {
    await this.page.keyboard.press(chord);
  }

  /** Asks the worker on a connection of its own, past the editor. */
  ask(cmd: string, kwargs: object = {}): Promise<unknown> {
    return this.page.evaluate(
      ([command, given]) =>
        new Promise<unknown>((resolve, reject) => {
          const worker = localStorage.getItem("funcnodes.worker");
          const socket = new WebSocket(`ws://${location.host}/worker/${worker}/`);
          socket.onopen = () => socket.send(JSON.stringify({ type: "cmd", id: "e2e", cmd: command, kwargs: given }));
          socket.onerror = () => reject(new Error("no connection"));
          socket.onmessage = async ({ data }) => {
            let frame = JSON.parse(data);
            if (frame.type === "large_message") {
              frame = await (await fetch(`/worker/${worker}/message/${frame.msg_id}`)).json();
            }
            if (frame.id !== "e2e") return;
            socket.close();
            if (frame.type === "error") reject(new Error(frame.error));
            else resolve(frame.result);
          };
        }),
      [cmd, kwargs] as const,
    );
  }
}

async function centre(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error(`not on the screen: ${locator.toString()}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
