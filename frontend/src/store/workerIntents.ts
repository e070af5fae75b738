/** What a user can want from the manager: workers made, started, stopped, renamed, deleted. */

import { leaveWorker, managerLink, openWorker } from "@/store/connect";
import type { Json } from "@/store/types";
import { notify, tasks } from "@/store/ui";
import { currentWorker } from "@/store/workers";
import { CommandError } from "@/transport/rpc";

async function ask(type: string, fields: { [key: string]: unknown }): Promise<{ [key: string]: Json } | undefined> {
  try {
    return (await managerLink().ask(type, fields)) as { [key: string]: Json };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    notify("error", error.message);
    return undefined;
  } finally {
    tasks.update((all) => all.filter((task) => !task.task.startsWith("worker ")));
  }
}

export interface NewWorker {
  name: string;
  /** With an environment of its own; without, it runs in the manager's. */
  in_venv: boolean;
  /** A worker whose packages and graph to copy. */
  reference?: string;
  copyLib?: boolean;
  copyNS?: boolean;
}

/** Makes a worker, starts it and shows it. */
export async function newWorker(wanted: NewWorker): Promise<void> {
  const answer = await ask("new_worker", { kwargs: wanted });
  const worker = answer?.worker as { uuid: string } | undefined;
  if (worker !== undefined) await startWorker(worker.uuid);
}

/** Starts a worker where it does not run, and shows it. */
export async function startWorker(uuid: string): Promise<void> {
  if ((await ask("set_active", { workerid: uuid })) !== undefined) openWorker(uuid);
}

export const stopWorker = (uuid: string) => ask("stop_worker", { workerid: uuid });
export const restartWorker = (uuid: string) => ask("restart_worker", { workerid: uuid });
export const renameWorker = (uuid: string, name: string) => ask("rename_worker", { workerid: uuid, name });

export async function deleteWorker(uuid: string): Promise<void> {
  if (currentWorker.get() === uuid) leaveWorker();
  await ask("delete_worker", { workerid: uuid });
}
