import { expect, it } from "vitest";
import { plainText } from "@/transport/rpc";

it.each([
  ["ConflictError: 'SVG' never fits 'list'", "conflict", "'SVG' never fits 'list'"],
  ["NotFoundError: no node x: gone", "not_found", "No node x: gone"],
  ["BadArgumentsError: kwargs.data: it cannot be read", "bad_arguments", "It cannot be read"],
  ["ZeroDivisionError: division by zero", "zero_division", "ZeroDivisionError: division by zero"],
])("%s (%s) reads as %s", (error, code, text) => {
  expect(plainText(error, code)).toBe(text);
});
