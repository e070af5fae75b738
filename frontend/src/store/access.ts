/** What this editor may do: all of it, unless it came in by a link. The worker checks every command itself. */

import type { Access } from "@/protocol/types.gen";
import { Cell } from "@/store/collection";

export type Scope = Access["scope"];
export type { Access };

const RANKS: readonly Scope[] = ["view", "knobs", "run", "edit", "install", "admin"];

export const EVERYTHING: Access = { scope: "admin", share: "", label: "", inputs: [], extras: [], expires_at: null };

export const access = new Cell<Access>(EVERYTHING);

const rank = (scope: Scope): number => RANKS.indexOf(scope);

export const reaches = (now: Access, scope: Scope): boolean => rank(now.scope) >= rank(scope);

export const may = (scope: Scope): boolean => reaches(access.get(), scope);

/** Whether the value of an input may be set: below `edit` only of those that the link lists. */
export function maySet(now: Access, node: string, io: string): boolean {
  return reaches(now, "edit") || now.inputs.some(([uuid, input]) => uuid === node && input === io);
}

/** Whether whole values are shown, and not only what the ports show. */
export const seesValues = (now: Access): boolean => reaches(now, "edit") || now.extras.includes("values");
