/** What JSON can say, and how the worker writes types. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The wire's word for "this port holds nothing". */
export const NO_VALUE = "<NoValue>";

/** A type as the worker writes it (protocol.md section 5). */
export type TypeSpec =
  | string
  | { type: "array"; items: TypeSpec; uniqueItems?: boolean }
  | { type: "object"; keys: TypeSpec; values: TypeSpec }
  | { type: "enum"; values: Json[]; keys: string[]; nullable?: boolean }
  | { type: "type"; value: TypeSpec }
  | { anyOf: TypeSpec[] }
  | { allOf: TypeSpec[] };
