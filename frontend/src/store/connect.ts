/** Joins the links to the stores: chooses a worker, keeps its graph, says how the connection is. */

import { applyBinaryValue, applyEvent, applyFullState, applyLibrary, applyNothing } from "@/store/apply";
import { access } from "@/store/access";
import { batch } from "@/store/collection";
import { forgetLog, loadLog, takeLines } from "@/store/logs";
import { setLink } from "@/store/session";
import type { EventFrame, FullState, LogLine } from "@/protocol/wire";
import type { WorkerRecord, WorkerRunState } from "@/store/types";
import { notify, tasks } from "@/store/ui";
import { connection, currentWorker, managerConnection, workers } from "@/store/workers";
import { CommandError } from "@/transport/rpc";
import { ManagerLink, type ManagedWorker } from "@/transport/manager";
import { rootPath, socketUrl } from "@/transport/socket";
import { WorkerLink } from "@/transport/worker";

const LAST_WORKER = "funcnodes.worker";
/** Failed attempts after which we look whether the session is over. */
const SUSPICIOUS = 3;

let manager: ManagerLink | null = null;
let link: WorkerLink | null = null;

export function startSession(): void {
  manager = new ManagerLink({
    url: socketUrl("manager"),
    handlers: {
      onStatus: takeWorkers,
      onProgress: (worker, text, progress) => showTask(`worker ${worker}`, text, progress),
      onFailure: (error) => notify("error", error.message),
      onConnection: (state, attempts) => {
        managerConnection.set(state);
        if (state === "lost" && attempts >= SUSPICIOUS) void leaveIfLoggedOut();
      },
    },
  });
}

/** The link to the manager, for the intents that concern workers. */
export function managerLink(): ManagerLink {
  if (manager === null) throw new CommandError("Not connected to the manager", "not_connected", null);
  return manager;
}

/** The id that the current worker knows this editor by. */
export const clientId = (): string => link?.clientId ?? "";

/** Tries again now instead of after the pause. */
export const reconnectNow = (): void => link?.retryNow();

function readWorker(worker: ManagedWorker, fallback: WorkerRunState): WorkerRecord {
  const state = (worker.status ?? worker.state ?? fallback) as WorkerRunState;
  const { uuid, name, detail, remote } = worker;
  return { uuid, name: name || uuid, state, detail: detail ?? "", remote: remote ?? undefined };
}

function takeWorkers(active: ManagedWorker[], inactive: ManagedWorker[]): void {
  workers.set([
    ...active.map((worker) => readWorker(worker, "running")),
    ...inactive.map((worker) => readWorker(worker, "stopped")),
  ]);
  dropTasksOfRunning();
  const now = currentWorker.get();
  const known = workers.get().find((worker) => worker.uuid === now);
  if (known === undefined) chooseFirst();
  else if (known.state === "running") link?.retryNow();
}

/** Everyone is told how far a start is; only the one who asked for it is told its end. */
function dropTasksOfRunning(): void {
  const running = new Set(workers.get().flatMap(({ uuid, state }) => (state === "running" ? [`worker ${uuid}`] : [])));
  tasks.update((all) => (all.some(({ task }) => running.has(task)) ? all.filter(({ task }) => !running.has(task)) : all));
}

/** The worker named in the address, else the last one, else one that runs, of our own if there is one. */
function chooseFirst(): void {
  const wanted = [new URLSearchParams(location.search).get("worker"), localStorage.getItem(LAST_WORKER)];
  const all = workers.get();
  const choice =
    wanted.map((uuid) => all.find((worker) => worker.uuid === uuid)).find((worker) => worker !== undefined) ??
    all.find((worker) => worker.state === "running" && worker.remote === undefined) ??
    all.find((worker) => worker.state === "running") ??
    all[0];
  if (choice === undefined) {
    leaveWorker();
    connection.set("none");
    return;
  }
  openWorker(choice.uuid);
  if (choice.state === "stopped" || choice.state === "crashed") {
    managerLink().ask("set_active", { workerid: choice.uuid }).catch(showFailure);
  }
}

function showFailure(error: unknown): void {
  if (!(error instanceof CommandError)) throw error;
  notify("error", error.message);
}

/** Shows another worker's graph. */
export function openWorker(uuid: string): void {
  if (currentWorker.get() === uuid && link !== null) return;
  leaveWorker();
  currentWorker.set(uuid);
  localStorage.setItem(LAST_WORKER, uuid);
  connection.set("connecting");
  link = new WorkerLink({
    url: socketUrl(`worker/${encodeURIComponent(uuid)}/`),
    httpBase: `${rootPath()}worker/${encodeURIComponent(uuid)}/`,
    handlers: {
      batch,
      onState: takeState,
      onEvent: (frame) => {
        if (!applyEvent(frame)) takeWorkerEvent(frame);
      },
      onBinary: ({ header, payload }) => applyBinaryValue(header, payload),
      onProgress: (text, progress, task) => showTask(task, text, progress),
      onFailure: (error) => notify("error", error.message, error.traceback),
      onConnection: (state) => connection.set(state),
      onAccess: (allowed) => access.set(allowed),
    },
  });
  setLink(link);
}

/** What the worker has said about its graph already. */
let told: ReadonlySet<string> = new Set();

function takeState(state: FullState): void {
  applyFullState(state);
  forgetLog(); // another process counts its lines anew
  void loadLog();
  for (const text of state.worker.notices) if (!told.has(text)) notify("info", text);
  told = new Set(state.worker.notices);
  document.title = `${state.worker.name} · FuncNodes`;
}

function takeWorkerEvent({ event, data }: EventFrame): void {
  if (event === "library_changed") void refreshLibrary();
  if (event === "log") takeLines(data.lines as unknown as LogLine[]);
  if (event !== "worker_updated") return;
  if (typeof data.read_only === "string") notify("error", "This worker can write nothing now", data.read_only);
  if (typeof data.name === "string") document.title = `${data.name} · FuncNodes`;
}

async function refreshLibrary(): Promise<void> {
  if (link === null) return;
  try {
    applyLibrary(await link.call("get_library", {}));
  } catch (error) {
    showFailure(error);
  }
}

export function leaveWorker(): void {
  const old = link;
  link = null;
  setLink(null);
  old?.close();
  currentWorker.set(null);
  forgetLog();
  applyNothing();
}

function showTask(task: string, text: string, progress: number | null): void {
  const done = progress !== null && progress >= 1;
  tasks.update((all) => {
    const others = all.filter((one) => one.task !== task);
    return done ? others : [...others, { task, text, progress }];
  });
}

/** A WebSocket cannot say why it was refused: where the page itself asks for a login, go there. */
async function leaveIfLoggedOut(): Promise<void> {
  try {
    const answer = await fetch(rootPath(), { cache: "no-store" });
    if (answer.status === 401 || answer.status === 403 || answer.url.endsWith("/login")) location.assign(`${rootPath()}login`);
  } catch {
    // The server is down: reconnecting goes on, nobody has to log in.
  }
}
