import { describe, expect, it } from "vitest";
import { configOf, draftOf, problemOf, readFields, type Schema } from "@/panels/schemaForm";

const SCHEMA: Schema = {
  $defs: { Mode: { enum: ["slow", "fast"], title: "Mode", type: "string" } },
  properties: {
    port: { description: "Where it is plugged in", title: "Port", type: "string" },
    speed: { default: 1.5, maximum: 10, minimum: 0, title: "Speed", type: "number" },
    steps: { anyOf: [{ type: "integer" }, { type: "null" }], default: null, title: "Steps" },
    mode: { $ref: "#/$defs/Mode", default: "fast" },
    loud: { default: true, title: "Loud", type: "boolean" },
    password: { anyOf: [{ format: "password", type: "string", writeOnly: true }, { type: "null" }], default: null, title: "Password" },
    hint: { default: "", title: "Hint", type: "string" },
    channels: { default: [1, 2], items: { type: "integer" }, title: "Channels", type: "array" },
  },
  required: ["port"],
};

const fields = readFields(SCHEMA, ["password", "hint"]);
const field = (name: string) => fields.find((one) => one.name === name) ?? expect.fail(name);
const drafts = (config = {}) => Object.fromEntries(fields.map((one) => [one.name, draftOf(one, config)]));

describe("a form from a schema", () => {
  it("has a control for every kind of field", () => {
    expect(fields.map((one) => one.kind)).toEqual([
      "text", "number", "integer", "choice", "switch", "secret", "secret", "json",
    ]);
    expect(field("port")).toMatchObject({ label: "Port", help: "Where it is plugged in", required: true });
    expect(field("mode").options).toEqual(["slow", "fast"]);
    expect(field("steps").nullable).toBe(true);
  });

  it("begins with what is set, else with defaults, and never with a secret", () => {
    expect(drafts({ port: "usb0", speed: 3, hint: "x" })).toEqual({
      port: "usb0", speed: "3", steps: "", mode: '"fast"', loud: true, password: "", hint: "", channels: "[1,2]",
    });
  });

  it("gives values of the right type, and leaves out a secret that was not typed", () => {
    const typed = { ...drafts(), port: "usb1", speed: "2", steps: "", mode: '"slow"', loud: false, password: "new" };

    expect(configOf(fields, typed)).toEqual({
      port: "usb1", speed: 2, steps: null, mode: "slow", loud: false, password: "new", channels: [1, 2],
    });
  });

  it("says what does not fit", () => {
    expect(problemOf(field("speed"), "fast")).toBe("Not a number");
    expect(problemOf(field("speed"), "11")).toBe("At most 10");
    expect(problemOf(field("speed"), "-1")).toBe("At least 0");
    expect(problemOf(field("steps"), "1.5")).toBe("Not a whole number");
    expect(problemOf(field("channels"), "[1")).toBe("Not JSON");
    expect(problemOf(field("steps"), "")).toBeNull();
    expect(problemOf({ ...field("speed"), required: true }, "")).toBe("Needs a value");
  });
});
