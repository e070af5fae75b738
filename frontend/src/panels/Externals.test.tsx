import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExternalWorkerState } from "@/protocol/types.gen";
import { externals } from "@/store/externals";
import { type Link, setLink } from "@/store/session";
import { Externals } from "@/panels/Externals";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let root: Root;
let host: HTMLElement;
let asked: [string, unknown][];

const CLASSES = [{ classid: "lab.pump", name: "Pump", module: "lab", description: "A pump.", configurable: true }];
const FORM = {
  schema: {
    properties: {
      port: { title: "Port", type: "string" },
      speed: { title: "Speed", type: "number", default: 1, maximum: 9 },
      password: { title: "Password", type: "string", format: "password" },
    },
    required: ["port"],
  },
  config: { port: "usb0", speed: 3 },
  secrets: { password: true },
};

const pump = (change: Partial<ExternalWorkerState> = {}): ExternalWorkerState => ({
  uuid: "p", classid: "lab.pump", name: "Left pump", running: true, missing: false, error: null, ...change,
});

function answer(cmd: string): unknown {
  if (cmd === "get_external_workers") return { workers: [], classes: CLASSES };
  return cmd === "get_external_worker_config" ? FORM : { success: true };
}

const show = () => act(async () => root.render(<Externals open onClose={() => undefined} />));
const button = (name: string) =>
  [...document.querySelectorAll<HTMLElement>("button")].find((one) => one.textContent === name || one.ariaLabel === name);
const click = (name: string) => act(async () => button(name)?.click());
const field = (label: string) =>
  [...document.querySelectorAll("label")].find((one) => one.textContent?.startsWith(label))?.querySelector("input") as HTMLInputElement;

async function openMenu(name: string, item: string): Promise<void> {
  await act(async () => {
    button(name)?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });
  const found = [...document.querySelectorAll<HTMLElement>("[role=menuitem]")].find((one) => one.textContent?.startsWith(item));
  await act(async () => found?.click());
}

function type(input: HTMLInputElement, text: string): void {
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

beforeEach(() => {
  asked = [];
  const call = async (cmd: string, kwargs: unknown) => {
    asked.push([cmd, kwargs]);
    return answer(cmd);
  };
  setLink({ call } as unknown as Link);
  externals.set([]);
  host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
  setLink(null);
});

describe("external workers", () => {
  it("says that there are none, and adds one by its form", async () => {
    await show();
    expect(document.body.textContent).toContain("None yet");

    await openMenu("Add", "Pump");
    type(field("Port"), "usb1");
    type(field("Speed"), "12");
    await click("Add and start");
    expect(document.body.textContent).toContain("At most 9");
    type(field("Speed"), "2");
    type(field("Password"), "secret");
    await click("Add and start");

    expect(asked[asked.length - 1]).toEqual([
      "add_external_worker", { classid: "lab.pump", config: { port: "usb1", speed: 2, password: "secret" } },
    ]);
  });

  it("is started and stopped, and shows what its loop failed with", async () => {
    externals.set([pump(), pump({ uuid: "q", name: "Right pump", running: false, error: "OSError: gone" })]);
    await show();
    expect(document.body.textContent).toContain("OSError: gone");

    await click("Stop");
    await click("Start");

    expect(asked.slice(-2)).toEqual([
      ["update_external_worker", { uuid: "p", running: false }],
      ["update_external_worker", { uuid: "q", running: true }],
    ]);
  });

  it("keeps a secret that is not typed again", async () => {
    externals.set([pump()]);
    await show();

    await openMenu("More for Left pump", "Configure");
    expect(field("Port").value).toBe("usb0");
    expect(field("Password").placeholder).toContain("set");
    type(field("Speed"), "4");
    await click("Save");

    expect(asked[asked.length - 1]).toEqual(["update_external_worker", { uuid: "p", config: { port: "usb0", speed: 4 } }]);
  });

  it("asks before it removes one", async () => {
    externals.set([pump()]);
    await show();

    await openMenu("More for Left pump", "Remove");
    expect(asked.map(([cmd]) => cmd)).not.toContain("remove_external_worker");
    await click("Remove");

    expect(asked[asked.length - 1]).toEqual(["remove_external_worker", { uuid: "p" }]);
  });

  it("cannot start what is not installed", async () => {
    externals.set([pump({ running: false, missing: true })]);
    await show();

    expect(document.body.textContent).toContain("Not installed");
    expect((button("Start") as HTMLButtonElement).disabled).toBe(true);
  });
});
