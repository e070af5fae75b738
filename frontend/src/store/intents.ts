/** What a user can want from the graph, each as a command to the worker. State comes back by events alone. */

import type { Commands, Fragment, UpdateNodeInputKwargs } from "@/protocol/types.gen";
import { markPending, dropPending, settlePending } from "@/store/apply";
import { noteUsed } from "@/store/library";
import { CommandError, currentLink, type CommandOptions } from "@/store/session";
import type { Json, NodeMode } from "@/store/types";
import { portKey } from "@/store/types";
import { notify } from "@/store/ui";

/** Asks the worker; what fails is shown to the user and answered with undefined. */
export async function ask<C extends keyof Commands>(
  cmd: C,
  kwargs: Commands[C]["kwargs"],
  options?: CommandOptions,
): Promise<Commands[C]["result"] | undefined> {
  try {
    return await currentLink().call(cmd, kwargs, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    notify("error", error.message, error.traceback);
    return undefined;
  }
}

interface WaitingValue {
  value: Json;
  options: CommandOptions;
}

/** Inputs whose value is on its way, with the newest value that waits behind it. */
const sending = new Map<string, WaitingValue | null>();

/** Sets an input. The value shows at once, and falls back if the worker refuses it. */
export async function setInput(node: string, io: string, value: Json, options: CommandOptions = {}): Promise<void> {
  const key = portKey(node, io, true);
  if (sending.has(key)) {
    markPending(key, value, WAITS);
    sending.set(key, { value, options });
    return;
  }
  sending.set(key, null);
  await sendValue(key, { uuid: node, input_id: io, value }, options);
  const next = sending.get(key);
  sending.delete(key);
  if (next) await setInput(node, io, next.value, next.options);
}

/** Stands for the id of a command that is not sent yet. */
const WAITS = "waits";

async function sendValue(key: string, kwargs: UpdateNodeInputKwargs & { value: Json }, options: CommandOptions): Promise<void> {
  let id = "";
  try {
    const link = currentLink();
    id = link.nextId();
    markPending(key, kwargs.value, id);
    await link.call("update_node_input", kwargs, { ...options, id });
    settlePending(key, id);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    dropPending(key, id);
    notify("error", error.message);
  }
}

export interface Wire {
  src: string;
  srcIo: string;
  dst: string;
  dstIo: string;
}

const wireArgs = (wire: Wire) => ({
  src_uuid: wire.src,
  src_io: wire.srcIo,
  dst_uuid: wire.dst,
  dst_io: wire.dstIo,
});

/** Connects two ports; an occupied input is replaced. */
export const connect = (wire: Wire, options?: CommandOptions) =>
  ask("add_edge", { ...wireArgs(wire), replace: true }, options);
export const disconnect = (wire: Wire, options?: CommandOptions) => ask("remove_edge", wireArgs(wire), options);

/** Puts a wire elsewhere, as one step of undo. */
export async function rewire(old: Wire, next: Wire): Promise<void> {
  const gesture = newGesture();
  if (old.src === next.src && old.srcIo === next.srcIo && old.dst === next.dst && old.dstIo === next.dstIo) return;
  await disconnect(old, { gesture });
  await connect(next, { gesture });
}

/** Adds a node; answers its uuid, or undefined where the worker refused. */
export async function addNode(
  nodeId: string,
  pos: [number, number],
  options?: CommandOptions,
): Promise<string | undefined> {
  const result = await ask("add_node", { node_id: nodeId, frontend: { pos: [Math.round(pos[0]), Math.round(pos[1])] } }, options);
  if (result === undefined) return undefined;
  noteUsed(nodeId);
  return result.uuid;
}

let gestures = 0;
/** A name that merges the commands carrying it into one step of undo. */
export function newGesture(): string {
  gestures += 1;
  return `g${Date.now().toString(36)}-${gestures}`;
}

export async function removeNodes(uuids: readonly string[]): Promise<void> {
  const gesture = newGesture();
  await Promise.all(uuids.map((uuid) => ask("remove_node", { uuid }, { gesture })));
}

export async function disconnectAll(wires: readonly Wire[]): Promise<void> {
  const gesture = newGesture();
  await Promise.all(wires.map((wire) => disconnect(wire, { gesture })));
}

export const triggerNode = (uuid: string) => ask("trigger_node", { uuid });
export const stopNode = async (uuid: string) => offerRestart(await ask("stop_node", { uuid }));
export const stopAll = async () => offerRestart(await ask("stop_all", {}));

/** A node in a call into C cannot be broken off: the worker's process would have to end. */
function offerRestart(answer: Commands["stop_all"]["result"] | undefined): void {
  if (answer?.restart === true)
    notify(
      "error",
      "This cannot be stopped before the call that it is in returns",
      "Wait for it, or restart the worker (menu of workers): everything that is saved comes back. "
        + "Edits that wait for it are done when it ends.",
    );
}
export const runStale = (uuid?: string) => ask("run_stale", uuid === undefined ? {} : { uuid });
export const setNodeMode = (uuid: string, mode: NodeMode) => ask("set_node_mode", { uuid, mode });
export const why = (uuid: string) => ask("why", { uuid });

export const renameNode = (uuid: string, name: string) => ask("update_node", { uuid, name });
export const describeNode = (uuid: string, description: string) => ask("update_node", { uuid, description });
/** How long a run may take, as people write it: a number of seconds, or nothing for no limit. */
export async function setTimeLimit(uuid: string, text: string): Promise<void> {
  const seconds = text.trim() === "" ? null : Number(text.replace(",", "."));
  if (seconds !== null && !(seconds > 0 && Number.isFinite(seconds)))
    notify("error", "A time limit is a number of seconds above 0, or nothing");
  else await ask("update_node", { uuid, timeout_s: seconds });
}

/** How often a run that fails is tried again. */
export async function setRetries(uuid: string, text: string): Promise<void> {
  const retries = Number(text.trim());
  if (!Number.isInteger(retries) || retries < 0) notify("error", "Retries are a whole number, 0 or more");
  else await ask("update_node", { uuid, retries });
}

export const setResetInputs = (uuid: string, reset: boolean) =>
  ask("update_node", { uuid, reset_inputs_on_trigger: reset });

export interface Layout {
  pos?: [number, number];
  size?: [number, number];
  collapsed?: boolean;
}

/** Moves, sizes or folds nodes, as one step of undo. */
export async function layoutNodes(layouts: ReadonlyMap<string, Layout>): Promise<void> {
  const gesture = newGesture();
  await Promise.all(
    [...layouts].map(([uuid, layout]) => ask("update_node", { uuid, frontend: { ...layout } }, { gesture })),
  );
}

export interface PortChange {
  name?: string;
  hidden?: boolean;
  default?: Json;
  value_options?: { [key: string]: Json };
  render_options?: { [key: string]: Json };
}
export const updatePort = (node: string, io: string, change: PortChange) =>
  ask("update_io", { uuid: node, io_id: io, ...change });

export interface GroupChange {
  name?: string;
  colour?: string;
  collapsed?: boolean;
}
export const groupNodes = (uuids: readonly string[], change: GroupChange = {}) =>
  ask("group_nodes", { nodes: [...uuids], name: "Group", ...change });
export const updateGroup = (id: string, change: GroupChange) => ask("update_group", { id, ...change });
export const removeGroup = (id: string) => ask("remove_group", { id });

/** Takes back the last step of anybody, or says that there is none. */
export async function undo(): Promise<void> {
  const answer = await ask("undo", {});
  if (answer?.undone.length === 0) notify("info", "Nothing to undo");
}

export async function redo(): Promise<void> {
  const answer = await ask("redo", {});
  if (answer?.undone.length === 0) notify("info", "Nothing to redo");
}

export const copyNodes = (uuids: readonly string[]) => ask("copy_nodes", { uuids: [...uuids] });
export const pasteNodes = (fragment: Fragment, pos: [number, number]) =>
  ask("paste_nodes", { fragment: { ...fragment }, pos }); // checked by the worker: it may come from a clipboard

export const clearGraph = () => ask("clear", {});
/** What placeholders wait for, and how to get it. */
export const missingModules = () => ask("get_missing_modules", {});
export const findModules = () => ask("find_modules", {});
export const saveGraph = () => ask("save", {});
export const loadGraph = (data: { [key: string]: Json }) => ask("load_data", { data });
export const exportWorker = (includeFiles: boolean) => ask("export_worker", { include_files: includeFiles });
/** `data` is a .fnw archive, base64. */
export const importWorker = (data: string) => ask("import_worker", { data });

/** The whole value of a port as JSON, or undefined where the worker refused. */
export const fetchValue = (node: string, io: string) => ask("get_io_value", { uuid: node, io_id: io, full: true });

/** Address of something below the worker's HTTP routes, such as a preview's `href`. */
export const workerUrl = (path: string): string => currentLink().httpBase + path.replace(/^\//, "");

/** Where the whole value of a port can be fetched from as bytes (image sources, downloads). */
export const valueUrl = (node: string, io: string, version: number): string =>
  workerUrl(`value/${encodeURIComponent(node)}/${encodeURIComponent(io)}?rev=${version}`);
