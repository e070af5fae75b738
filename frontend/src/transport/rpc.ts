/** Commands and their answers: matched by id, kept over a reconnect. */

import type { Json } from "@/protocol/json";
import type { Commands } from "@/protocol/types.gen";

export interface CommandOptions {
  /** Commands of one gesture (a slider being dragged) become one step of undo. */
  gesture?: string;
  /** The id to send, from `nextId()`. */
  id?: string;
}

export type Kwargs = { [key: string]: unknown };

/** Names, kwargs and results are the worker's own, generated from its commands. */
export type Call = <C extends keyof Commands>(
  cmd: C,
  kwargs: Commands[C]["kwargs"],
  options?: CommandOptions,
) => Promise<Commands[C]["result"]>;

export interface Link {
  /** Resolves with the result; rejects with a CommandError. */
  call: Call;
  /** An id for a command that is to be known before it is sent. */
  nextId(): string;
  /** Path prefix of the worker's HTTP routes, with a slash at the end. */
  httpBase: string;
}

/** A command that was not done, and why. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly data: Json,
    readonly traceback?: string,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

/** Refusals that the worker words for people: the name of the class in front adds nothing. */
const WORDED: ReadonlySet<string> = new Set([
  "bad_arguments", "busy", "conflict", "document_format", "file_name", "forbidden", "journal", "not_found", "read_only", "undo_conflict",
]);

export function plainText(error: string, code: string): string {
  if (!WORDED.has(code)) return error;
  const text = error.replace(/^\w+: /, "").replace(/^kwargs\.\w+: /, "");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type AnswerId = string | number | null | undefined;

interface Waiting {
  text: string;
  resolve(result: Json): void;
  reject(error: CommandError): void;
}

export class Calls {
  private waiting = new Map<string, Waiting>();
  private count = 0;
  // Answers are remembered by (client, id): ids of another page of this client must not repeat.
  private readonly prefix = `c${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}-`;

  constructor(private readonly send: (text: string) => boolean) {}

  nextId = (): string => {
    this.count += 1;
    return `${this.prefix}${this.count}`;
  };

  call: Call = (cmd, kwargs, options = {}) => {
    const id = options.id ?? this.nextId();
    const frame: Kwargs = { type: "cmd", id, cmd, kwargs };
    if (options.gesture !== undefined) frame.gesture = options.gesture;
    return this.post(id, JSON.stringify(frame)) as Promise<never>; // the worker keeps to what it declares
  };

  /** The same for the manager, whose messages have their name as `type`. */
  ask(type: string, fields: Kwargs): Promise<Json> {
    const id = this.nextId();
    return this.post(id, JSON.stringify({ type, id, ...fields }));
  }

  private post(id: string, text: string): Promise<Json> {
    return new Promise((resolve, reject) => {
      if (!this.send(text)) {
        reject(new CommandError("Not connected: this was not done", "not_connected", null));
        return;
      }
      this.waiting.set(id, { text, resolve, reject });
    });
  }

  answer(id: AnswerId, result: Json): void {
    this.take(id)?.resolve(result);
  }

  /** False when nobody waits for it. */
  fail(id: AnswerId, error: CommandError): boolean {
    const waiting = this.take(id);
    waiting?.reject(error);
    return waiting !== undefined;
  }

  /** Asks again what has not been answered; the worker does not do it twice. */
  resend(): void {
    for (const waiting of this.waiting.values()) this.send(waiting.text);
  }

  failAll(error: CommandError): void {
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const one of waiting) one.reject(error);
  }

  private take(id: AnswerId): Waiting | undefined {
    if (typeof id !== "string") return undefined; // ours are all text
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }
}
