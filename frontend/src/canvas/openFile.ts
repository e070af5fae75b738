/** A file from outside: uploaded to the worker, with a node that reads it. */

import { selectNodes } from "@/canvas/flow";
import { library } from "@/store/library";
import { addNode, newGesture, setInput } from "@/store/intents";
import type { LibraryNode } from "@/store/types";
import { notify, tasks } from "@/store/ui";
import { workerFiles } from "@/widgets/files";

/** The reading node for a file name, by ending; the last one reads anything. */
const READERS: [RegExp, string[]][] = [
  [/\.(csv|tsv)$/i, ["funcnodes.read_csv"]],
  [/\.json$/i, ["funcnodes.read_json"]],
  [/\.(png|jpe?g|gif|webp|bmp)$/i, ["funcnodes.read_image", "funcnodes.read_bytes"]],
  [/\.(txt|md|log|py|html?|xml|ya?ml|toml|ini|svg)$/i, ["funcnodes.read_text"]],
  [/./, ["funcnodes.read_bytes", "funcnodes.read_text"]],
];

function readerOf(name: string): LibraryNode | undefined {
  const { byId } = library.get();
  const ids = READERS.filter(([pattern]) => pattern.test(name)).flatMap(([, wanted]) => wanted);
  return ids.map((id) => byId[id]).find((node) => node !== undefined);
}

/** The input that takes the path: the first that is text. */
function pathInput(node: LibraryNode): string | undefined {
  const named = node.inputs.find((io) => /path|file/i.test(io.id));
  return (named ?? node.inputs.find((io) => io.type === "str"))?.id;
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
  const reader = readerOf(path);
  const input = reader && pathInput(reader);
  if (reader === undefined || input === undefined) {
    notify("info", `${path} is uploaded`, "No node of this worker's library is known to read it.");
    return;
  }
  const gesture = newGesture();
  const uuid = await addNode(reader.nodeId, pos, { gesture });
  if (uuid === undefined) return;
  selectNodes([uuid]);
  await setInput(uuid, input, path, { gesture });
}
