/** `funcnodes runserver` on a configuration folder of its own, as a user would start it. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PYTHON = process.env.FUNCNODES_PYTHON ?? join(ROOT, ".venv/bin/python");
const START_MS = 40_000;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), "funcnodes-e2e-"));
  readonly config = join(this.folder, "config");
  port = 0;
  output = "";
  private process: ChildProcess | null = null;

  /** With `nodes`, Python source that ends with a `NODE_SHELF`, the workers have a node module beside the built-in ones. */
  static async start(nodes?: string): Promise<Server> {
    const server = new Server();
    if (nodes !== undefined) server.install(nodes);
    server.port = await freePort();
    await server.up();
    return server;
  }

  private get modules(): string {
    return join(this.folder, "modules");
  }

  /** Puts a node module where installers would: importable, with an entry point. */
  install(nodes: string): void {
    const facts = join(this.modules, "e2e_nodes-1.0.dist-info");
    mkdirSync(facts, { recursive: true });
    writeFileSync(join(facts, "METADATA"), "Metadata-Version: 2.1\nName: e2e-nodes\nVersion: 1.0\nSummary: For tests\n");
    writeFileSync(join(facts, "entry_points.txt"), "[funcnodes.module]\nmodule = e2e_nodes\n");
    writeFileSync(join(this.modules, "e2e_nodes.py"), nodes);
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  get token(): string {
    return readFileSync(join(this.config, "token"), "utf8").trim();
  }

  /** Starts it, and resolves with the address that it prints for a browser. */
  async up(): Promise<string> {
    this.output = "";
    const args = ["-m", "funcnodes", "--dir", this.config, "runserver", "--no-browser", "--port", String(this.port)];
    const child = spawn(PYTHON, args, {
      cwd: this.folder,
      env: { ...process.env, HOME: this.folder, PYTHONUNBUFFERED: "1", FUNCNODES_CONFIG_DIR: undefined, PYTHONPATH: this.modules },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`runserver did not start:\n${this.output}`)), START_MS);
      const read = (chunk: Buffer) => {
        this.output += chunk.toString();
        const printed = /http:\/\/\S+\?code=\S+/.exec(this.output);
        if (printed === null) return;
        clearTimeout(late);
        resolve(printed[0]);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code) => reject(new Error(`runserver ended with ${code}:\n${this.output}`)));
    });
  }

  /** Runs another command on the same folder; gives what it answers. */
  command(...args: string[]): string {
    const command = ["-m", "funcnodes", "--dir", this.config, ...args];
    return execFileSync(PYTHON, command, { cwd: this.folder, env: { ...process.env, HOME: this.folder } }).toString();
  }

  /** Ends it as ctrl+c does, with its workers. */
  async down(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child === null || child.exitCode !== null) return;
    child.removeAllListeners("exit");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await gone;
  }

  /** SIGKILL to every worker: nothing is saved on the way out. */
  killWorkers(): void {
    const folder = join(this.config, "workers");
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".p"))) {
      const pid = Number(/\d+/.exec(readFileSync(join(folder, name), "utf8"))?.[0]);
      if (pid > 1) process.kill(pid, "SIGKILL");
    }
  }

  async remove(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The made-up passenger table of the tests, as CSV text. */
export function passengers(): string {
  const folder = mkdtempSync(join(tmpdir(), "funcnodes-data-"));
  const file = join(folder, "passengers.csv");
  execFileSync(PYTHON, [join(ROOT, "tests/data/make_passengers.py"), file]);
  const text = readFileSync(file, "utf8");
  rmSync(folder, { recursive: true });
  return text;
}
