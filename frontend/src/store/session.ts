/** The one link to the current worker, for everything that asks it something. */

import { CommandError, type CommandOptions, type Link } from "@/transport/rpc";

export { CommandError };
export type { CommandOptions, Link };

let link: Link | null = null;

export function setLink(next: Link | null): void {
  link = next;
}

export function currentLink(): Link {
  if (link === null) throw new CommandError("Not connected to a worker", "not_connected", null);
  return link;
}
