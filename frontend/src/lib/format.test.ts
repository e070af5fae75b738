import { expect, it } from "vitest";
import { duration } from "@/lib/format";

it.each([
  [0.00004, "40 µs"],
  [0.0004, "400 µs"],
  [0.012, "12 ms"],
  [0.25, "0.25 s"],
  [12.34, "12.3 s"],
  [125, "2 min 5 s"],
])("%f seconds read as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
