// @vitest-environment jsdom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ShareDialog } from "@/panels/Share";
import { currentWorker } from "@/store/workers";

let root: Root;
let asked: { url: string; method: string; body: unknown }[];
let links: object[];

function fakeServer(url: string, init: RequestInit = {}): Promise<Response> {
  const method = init.method ?? "GET";
  asked.push({ url, method, body: init.body === undefined ? undefined : JSON.parse(String(init.body)) });
  if (method === "POST") {
    const made = { id: "aa", scope: "view", label: "Ann", worker: "w", expires_at: 2e9, path: "login#share=fns.aa.sig" };
    links = [made];
    return Promise.resolve(Response.json(made));
  }
  if (method === "DELETE") links = [];
  return Promise.resolve(Response.json(method === "DELETE" ? { success: true } : links));
}

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  asked = [];
  links = [];
  vi.stubGlobal("fetch", fakeServer);
  currentWorker.set("w");
  const place = document.createElement("div");
  document.body.append(place);
  root = createRoot(place);
  await act(async () => root.render(<ShareDialog open onClose={() => undefined} />));
});

afterEach(async () => {
  await act(async () => root.unmount());
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

const button = (name: string) =>
  [...document.querySelectorAll("button")].find((one) => one.textContent === name || one.getAttribute("aria-label") === name);
const press = async (name: string) => act(async () => button(name)?.click());

describe("the share dialog", () => {
  it("makes a link for this worker and shows it", async () => {
    await press("Make a link");

    expect(asked.find(({ method }) => method === "POST")).toEqual({
      url: "shares",
      method: "POST",
      body: { scope: "view", hours: 8, worker: "w", label: "", inputs: [] },
    });
    const shown = document.querySelector<HTMLInputElement>('[aria-label="The link"]');
    expect(shown?.value).toMatch(/\/login#share=fns\.aa\.sig$/);
  });

  it("takes a link back", async () => {
    await press("Make a link");
    await press("Revoke the link Ann");

    expect(asked.some(({ url, method }) => method === "DELETE" && url === "shares/aa")).toBe(true);
    expect(document.querySelector('[aria-label="The link"]')).toBeNull();
  });

  it("makes no link for knobs before one is chosen", async () => {
    await act(async () => document.querySelectorAll<HTMLInputElement>('input[name="scope"]')[1]?.click());

    expect((button("Make a link") as HTMLButtonElement).disabled).toBe(true);
  });
});
