import { describe, expect, it } from "vitest";
import { type Access, EVERYTHING, maySet, reaches, seesValues } from "@/store/access";

const link = (more: Partial<Access>): Access => ({ ...EVERYTHING, share: "0123", scope: "view", ...more });

describe("what an editor may do", () => {
  it("is everything with the token", () => {
    expect(reaches(EVERYTHING, "admin")).toBe(true);
    expect(maySet(EVERYTHING, "n", "a")).toBe(true);
    expect(seesValues(EVERYTHING)).toBe(true);
  });

  it("is what the scope of a link holds, with all before it", () => {
    expect(reaches(link({ scope: "run" }), "knobs")).toBe(true);
    expect(reaches(link({ scope: "run" }), "edit")).toBe(false);
  });

  it("is the listed inputs below edit, and no others of other nodes", () => {
    const knobs = link({ scope: "knobs", inputs: [["n", "a"]] });
    expect(maySet(knobs, "n", "a")).toBe(true);
    expect(maySet(knobs, "n", "b")).toBe(false);
    expect(maySet(knobs, "m", "a")).toBe(false);
    expect(maySet(link({ scope: "edit" }), "m", "a")).toBe(true);
  });

  it("shows whole values only where the link lists them", () => {
    expect(seesValues(link({}))).toBe(false);
    expect(seesValues(link({ extras: ["values"] }))).toBe(true);
  });
});
