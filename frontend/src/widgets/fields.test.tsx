import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Json, NO_VALUE, type PortRecord, type TypeSpec, portKey } from "@/store/types";
import { makeThrottle } from "@/widgets/throttle";
import { Widget } from "@/widgets/Widget";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

let root: Root;
let host: HTMLElement;
let sent: { value: Json; gesture?: string }[];
let commits: number;

function port(type: TypeSpec, more: Partial<PortRecord> = {}): PortRecord {
  return {
    key: portKey("n", "x", true),
    node: "n",
    id: "x",
    name: "x",
    isInput: true,
    type,
    value: NO_VALUE,
    preview: null,
    version: 0,
    default: NO_VALUE,
    required: false,
    connected: false,
    hidden: false,
    doesTrigger: true,
    renderOptions: {},
    valueOptions: {},
    description: "",
    ...more,
  };
}

function show(shown: PortRecord, value: Json): HTMLInputElement {
  act(() =>
    root.render(
      <Widget
        port={shown}
        value={value}
        onChange={(next, { gesture }) => sent.push({ value: next, gesture })}
        onCommit={() => (commits += 1)}
      />,
    ),
  );
  return host.querySelector("input, textarea, button") as HTMLInputElement;
}

function type(field: HTMLInputElement, text: string): void {
  const proto = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  act(() => {
    Object.getOwnPropertyDescriptor(proto, "value")?.set?.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const press = (field: HTMLElement, key: string, more: KeyboardEventInit = {}) =>
  act(() => field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more })));

const leave = (field: HTMLElement) => act(() => field.dispatchEvent(new FocusEvent("focusout", { bubbles: true })));
const values = () => sent.map(({ value }) => value);

beforeEach(() => {
  vi.useFakeTimers();
  host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
  sent = [];
  commits = 0;
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
  vi.useRealTimers();
});

describe("a number field", () => {
  it("sends once the typing pauses, and all of one edit as one gesture", () => {
    const field = show(port("int"), 1);

    type(field, "12");
    expect(sent).toEqual([]);
    act(() => vi.advanceTimersByTime(400));
    type(field, "123");
    press(field, "Enter");

    expect(values()).toEqual([12, 123]);
    expect(new Set(sent.map(({ gesture }) => gesture)).size).toBe(1);
    expect(commits).toBe(1);
  });

  it("shows invalid text and does not send it", () => {
    const field = show(port("int"), 1);

    type(field, "12x");
    act(() => vi.advanceTimersByTime(400));
    leave(field);

    expect(sent).toEqual([]);
    expect(field.value).toBe("12x");
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(host.textContent).toContain("Not a whole number");
  });

  it("goes back to the value from before the edit on Escape", () => {
    const field = show(port("int"), 1);

    type(field, "12");
    act(() => vi.advanceTimersByTime(400));
    press(field, "Escape");

    expect(values()).toEqual([12, 1]);
    expect(field.value).toBe("1");
  });

  it("steps with the arrows, ten at once with Shift, inside its bounds", () => {
    const shown = port("int", { valueOptions: { max: 15 } });
    const field = show(shown, 1);

    press(field, "ArrowUp");
    press(field, "ArrowUp", { shiftKey: true });
    act(() => vi.advanceTimersByTime(100));
    press(field, "PageUp");
    leave(field);

    expect(values()).toEqual([2, 12, 15]);
  });

  it("is not disturbed by a value that arrives while it is edited", () => {
    const shown = port("int");
    const field = show(shown, 1);

    type(field, "12");
    show(shown, 99);

    expect(field.value).toBe("12");
  });

  it("does not lose what was typed when it is unmounted before the pause", () => {
    const field = show(port("int"), 1);

    type(field, "7");
    act(() => root.render(null));

    expect(values()).toEqual([7]);
  });

  it("shows the default as a placeholder while there is no value", () => {
    const field = show(port("int", { default: 25 }), NO_VALUE);

    expect(field.value).toBe("");
    expect(field.placeholder).toBe("25");
  });

  it("emptied, falls back to None, the default, or no value", () => {
    for (const [shown, expected] of [
      [port({ anyOf: ["int", "None"] }), null],
      [port("int", { default: 25 }), 25],
      [port("int"), NO_VALUE],
    ] as const) {
      sent = [];
      const field = show(shown, 5);
      type(field, "");
      leave(field);
      expect(values()).toEqual([expected]);
    }
  });
});

describe("dragging", () => {
  it("sends the first value at once, the last one surely, and few between", () => {
    const throttle = makeThrottle(60);
    const calls: number[] = [];

    for (let step = 0; step < 10; step += 1) throttle.run(() => calls.push(step));
    vi.advanceTimersByTime(500);
    throttle.run(() => calls.push(10));
    throttle.run(() => calls.push(11));
    throttle.flush();

    expect(calls).toEqual([0, 9, 10, 11]);
  });
});

describe("a text field", () => {
  it("commits a line on Enter and keeps Shift+Enter for a new line", () => {
    const field = show(port("str"), "a");

    type(field, "ab");
    press(field, "Enter", { shiftKey: true });
    expect(sent).toEqual([]);
    press(field, "Enter");

    expect(values()).toEqual(["ab"]);
  });

  it("wraps the literal that means no value", () => {
    const field = show(port("str"), "a");

    type(field, NO_VALUE);
    leave(field);

    expect(values()).toEqual([{ "$fn:str": NO_VALUE }]);
  });
});

describe("a secret", () => {
  it("is sent only when it is complete, and never shown", () => {
    const field = show(port("str", { renderOptions: { type: "password" } }), "set");

    expect(field.value).toBe("");
    type(field, "hunter2");
    act(() => vi.advanceTimersByTime(2000));
    expect(sent).toEqual([]);
    press(field, "Enter");

    expect(values()).toEqual(["hunter2"]);
  });

  it("keeps what is set when the field is left empty", () => {
    const field = show(port("str", { renderOptions: { type: "password" } }), "set");

    type(field, "x");
    type(field, "");
    leave(field);

    expect(sent).toEqual([]);
  });
});

describe("a bool", () => {
  it("is a switch, and three choices where None is allowed", () => {
    const toggle = show(port("bool"), false);
    act(() => toggle.click());
    show(port({ anyOf: ["bool", "None"] }), null);
    const choices = [...host.querySelectorAll("button")].map((button) => button.textContent);

    expect(values()).toEqual([true]);
    expect(choices).toEqual(["None", "False", "True"]);
  });
});
