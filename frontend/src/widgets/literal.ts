/**
 * Reads data as people write it: JSON, or the Python literals that say the same
 * (`None`, `True`, single quotes, tuples, trailing commas, `nan`, `inf`).
 */

import type { Json } from "@/store/types";
import { parseNumber } from "@/widgets/numbers";
import { textToWire } from "@/widgets/values";

export type Literal = { ok: true; value: Json } | { ok: false; reason: string; at: number };

class Problem extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["null", null],
  ["None", null],
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["nan", { "$fn:float": "nan" }],
  ["NaN", { "$fn:float": "nan" }],
  ["inf", { "$fn:float": "inf" }],
  ["Infinity", { "$fn:float": "inf" }],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["0", "\0"],
]);

const NUMBER = /^[+-]?(?:0x[\da-f]+|0b[01]+|0o[0-7]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:e[+-]?\d+)?|inf|Infinity)/i;

/** Deeper nesting than anybody writes; bounded so that hostile text cannot exhaust the stack. */
const MAX_DEPTH = 200;

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  readAll(): Json {
    const value = this.value();
    this.blank();
    if (this.at < this.text.length) this.fail("Text after the end of the value");
    return value;
  }

  private fail(message: string, at = this.at): never {
    throw new Problem(message, at);
  }

  private blank(): void {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  private peek(): string {
    this.blank();
    return this.text[this.at] ?? "";
  }

  private take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at += 1;
    return true;
  }

  private value(): Json {
    const char = this.peek();
    if (char === "") this.fail("Something is missing here");
    if (char === "[") return this.sequence("]");
    if (char === "(") return this.sequence(")");
    if (char === "{") return this.dict();
    if (char === '"' || char === "'") return textToWire(this.string(char)) as Json;
    return this.word();
  }

  private nest<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail("Nested too deeply");
    const result = read();
    this.depth -= 1;
    return result;
  }

  private sequence(end: string): Json[] {
    const start = this.at;
    this.at += 1;
    const items: Json[] = [];
    return this.nest(() => {
      while (!this.take(end)) {
        items.push(this.value());
        if (this.take(",") || this.peek() === end) continue;
        if (this.peek() === "") this.fail(`A closing ${end} is missing`, start);
        this.fail(`A comma or ${end} is missing`);
      }
      return items;
    });
  }

  private dict(): Json {
    const start = this.at;
    this.at += 1;
    const entries: [string, Json][] = [];
    return this.nest(() => {
      while (!this.take("}")) {
        const key = this.key(start);
        if (!this.take(":")) this.fail("A colon is missing after the key");
        entries.push([key, this.value()]);
        if (this.take(",") || this.peek() === "}") continue;
        if (this.peek() === "") this.fail("A closing } is missing", start);
        this.fail("A comma or } is missing");
      }
      return Object.fromEntries(entries);
    });
  }

  private key(dictAt: number): string {
    const char = this.peek();
    if (char === "") this.fail("A closing } is missing", dictAt);
    if (char === '"' || char === "'") return this.string(char);
    const start = this.at;
    const word = /^[\w.$-]+/.exec(this.text.slice(this.at))?.[0];
    if (!word) this.fail("A key in quotes is missing", start);
    this.at += word.length;
    return word;
  }

  private string(quote: string): string {
    const start = this.at;
    this.at += 1;
    let out = "";
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined || char === "\n") this.fail("The closing quote is missing", start);
      this.at += 1;
      if (char === quote) return out;
      out += char === "\\" ? this.escape() : char;
    }
  }

  private escape(): string {
    const char = this.text[this.at] ?? "";
    this.at += 1;
    if (char !== "u" && char !== "x") return ESCAPES.get(char) ?? char;
    const length = char === "u" ? 4 : 2;
    const hex = this.text.slice(this.at, this.at + length);
    if (!/^[\da-f]+$/i.test(hex) || hex.length < length) this.fail("Broken \\" + char + " escape");
    this.at += length;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private word(): Json {
    const rest = this.text.slice(this.at, this.at + 400);
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    const word = name === undefined ? undefined : WORDS.get(name);
    if (name !== undefined && word !== undefined) {
      this.at += name.length;
      return word;
    }
    const digits = NUMBER.exec(rest)?.[0];
    if (digits === undefined) this.fail(name ? `Put ${name} in quotes` : "Not a value");
    const parsed = parseNumber(digits, /[.e]|inf/i.test(digits) && !/^[+-]?0x/i.test(digits) ? "float" : "int");
    if (!parsed.ok) this.fail(parsed.reason);
    this.at += digits.length;
    return parsed.value as Json;
  }
}

/** Parses a literal; the failure says what is wrong and at which character. */
export function parseLiteral(text: string): Literal {
  try {
    return { ok: true, value: new Reader(text).readAll() };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, reason: error.message, at: error.at };
    throw error;
  }
}

/** Line and column, from 1, of a character. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before[before.length - 1] ?? "").length + 1 };
}

/** Pretty JSON that keeps short lists on one line, as people write them. */
export function formatJson(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value) ?? "null";
  if (flat.length + indent.length <= 64 || typeof value !== "object" || value === null) {
    return flat.replace(/,(?=["\d[{tfn-])/g, (comma, offset: number) => (inString(flat, offset) ? comma : ", "));
  }
  const deeper = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => deeper + formatJson(item, deeper))
    : Object.entries(value).map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${formatJson(item, deeper)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function inString(json: string, offset: number): boolean {
  let quotes = 0;
  for (let at = 0; at < offset; at += 1) {
    if (json[at] === "\\") at += 1;
    else if (json[at] === '"') quotes += 1;
  }
  return quotes % 2 === 1;
}
