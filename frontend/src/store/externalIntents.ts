/** What a user can want from external workers, each as a command to the worker. */

import { ask } from "@/store/intents";
import type { Json } from "@/store/types";

export type ExternalConfigValues = { [field: string]: Json };

export const listExternals = () => ask("get_external_workers", {});
export const newExternalForm = (classid: string) => ask("get_external_worker_config", { classid });
export const externalForm = (uuid: string) => ask("get_external_worker_config", { uuid });
export const addExternal = (classid: string, name: string, config: ExternalConfigValues) =>
  ask("add_external_worker", { classid, config, ...(name === "" ? {} : { name }) });
export const configureExternal = (uuid: string, config: ExternalConfigValues) =>
  ask("update_external_worker", { uuid, config });
export const renameExternal = (uuid: string, name: string) => ask("update_external_worker", { uuid, name });
export const runExternal = (uuid: string, running: boolean) => ask("update_external_worker", { uuid, running });
export const removeExternal = (uuid: string) => ask("remove_external_worker", { uuid });
