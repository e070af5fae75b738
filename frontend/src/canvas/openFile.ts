/** A file from outside: uploaded to the worker, with a node that reads it. */

import { selectNodes } from "@/canvas/flow";
import { library } from "@/store/library";
import { addNode, newGesture, setInput } from "@/store/intents";
import type { LibraryNode } from "@/store/types";
import { notify, tasks } from "@/store/ui";
import { workerFiles } from "@/widgets/files";

type Reader = LibraryNode & { drop: NonNullable<LibraryNode["drop"]> };

const ending = (name: string, { drop }: Reader): number =>
  Math.max(0, ...drop.suffixes.filter((suffix) => name.toLowerCase().endsWith(suffix.toLowerCase())).map((suffix) => suffix.length));

/** The node class that says it reads such files; of several the one that names the longest ending. */
export function readerOf(name: string, byId: { [nodeId: string]: LibraryNode }): Reader | undefined {
  const readers = Object.values(byId).filter((node): node is Reader => node.drop !== undefined);
  const best = Math.max(0, ...readers.map((reader) => ending(name, reader)));
  // An empty ending is how a node class says that it reads any file.
  return readers.find((reader) => ending(name, reader) === best && (best > 0 || reader.drop.suffixes.includes("")));
}

export async function openFile(file: File, pos: [number, number]): Promise<void> {
  const task = `upload ${file.name}`;
  const say = (progress: number | null) =>
    tasks.update((all) => [...all.filter((one) => one.task !== task), { task, text: `Uploading ${file.name}`, progress }]);
  say(0);
  try {
    const path = await workerFiles.upload(file, say);
    await addReader(path, pos);
  } catch (error) {
    notify("error", `${file.name} was not uploaded`, error instanceof Error ? error.message : String(error));
  } finally {
    tasks.update((all) => all.filter((one) => one.task !== task));
  }
}

async function addReader(path: string, pos: [number, number]): Promise<void> {
  const reader = readerOf(path, library.get().byId);
  if (reader === undefined) {
    notify("info", `${path} is uploaded`, "No node of this worker's library says that it reads such files.");
    return;
  }
  const gesture = newGesture();
  const uuid = await addNode(reader.nodeId, pos, { gesture });
  if (uuid === undefined) return;
  selectNodes([uuid]);
  await setInput(uuid, reader.drop.input, path, { gesture });
}
