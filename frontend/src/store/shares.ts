/** Links that let others in: made, listed and revoked at the web server. */

import type { Access, Scope } from "@/store/access";

export interface Share {
  id: string;
  scope: Scope;
  label: string;
  worker: string | null;
  expires_at: number;
  /** What stands behind the server's address; its key is behind the #. */
  path: string;
}

export interface Wanted {
  scope: Scope;
  hours: number;
  worker: string | null;
  label: string;
  inputs: Access["inputs"];
}

async function answerOf<T>(answer: Response): Promise<T> {
  const body = (await answer.json()) as T & { error?: string };
  if (!answer.ok) throw new Error(body.error ?? `The server answered ${answer.status}`);
  return body;
}

export const listShares = async (): Promise<Share[]> => answerOf(await fetch("shares", { cache: "no-store" }));

export async function makeShare(wanted: Wanted): Promise<Share> {
  const headers = { "Content-Type": "application/json" };
  return answerOf(await fetch("shares", { method: "POST", headers, body: JSON.stringify(wanted) }));
}

export async function revokeShare(id: string): Promise<void> {
  await answerOf(await fetch(`shares/${encodeURIComponent(id)}`, { method: "DELETE" }));
}

/** The whole link, as others open it. */
export const linkOf = (share: Share): string => new URL(share.path, document.baseURI).href;
