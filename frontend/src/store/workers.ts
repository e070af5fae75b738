/** The workers that the manager knows, which one is shown, and whether we are connected. */

import { Cell } from "@/store/collection";
import type { Connection, WorkerRecord } from "@/store/types";

export const workers = new Cell<WorkerRecord[]>([]);
export const currentWorker = new Cell<string | null>(null);

/** State of the link to the current worker. */
export const connection = new Cell<Connection>("connecting");
/** State of the link to the manager. */
export const managerConnection = new Cell<Connection>("connecting");
