/** Graphs as files: out of the browser and into the worker. */

import type { Exported, Loaded } from "@/protocol/types.gen";
import { openDialog } from "@/panels/dialogs";
import { importWorker, loadGraph } from "@/store/intents";
import type { Json } from "@/store/types";
import { notify, requestFit } from "@/store/ui";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Hands an exported worker to the browser's downloads. */
export function download(exported: Exported | undefined): void {
  if (exported === undefined) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytesOf(exported.data)], { type: "application/zip" }));
  link.download = exported.filename;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Puts the graph of a .fnw or .json file in the place of the one that is there. */
export async function importFile(file: File): Promise<void> {
  const result = /\.json$/i.test(file.name) ? await importJson(file) : await importArchive(file);
  if (result === undefined) return;
  sayOpened(file.name, result);
  requestFit();
}

function sayOpened(name: string, { missing, warnings }: Loaded): void {
  if (missing.length === 0 && warnings.length === 0) {
    notify("ok", `${name} is open`);
    return;
  }
  if (missing.length > 0) openDialog.set("missing");
  if (warnings.length > 0) notify("info", `${name} is open, with changes`, warnings.join("\n"));
}

async function importArchive(file: File): Promise<Loaded | undefined> {
  return importWorker(base64Of(new Uint8Array(await file.arrayBuffer())));
}

async function importJson(file: File): Promise<Loaded | undefined> {
  try {
    return await loadGraph(JSON.parse(await file.text()) as { [key: string]: Json });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    notify("error", `${file.name} is no JSON`, error.message);
    return undefined;
  }
}
