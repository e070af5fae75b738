/** The one link to the current worker, for everything that asks it something. */

import type { Json } from "@/store/types";

export interface CommandOptions {
  /** Commands of one gesture (a slider being dragged) become one step of undo. */
  gesture?: string;
}

export interface Link {
  /** Resolves with the result; rejects with a CommandError. */
  call(cmd: string, kwargs: { [key: string]: unknown }, options?: CommandOptions): Promise<Json>;
  /** The id that the next call will carry. */
  nextId(): string;
  /** Path prefix of the worker's HTTP routes, with a slash at the end. */
  httpBase: string;
}

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

let link: Link | null = null;

export function setLink(next: Link | null): void {
  link = next;
}

export function currentLink(): Link {
  if (link === null) throw new CommandError("Not connected to a worker", "not_connected", null);
  return link;
}
