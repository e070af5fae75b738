/** Which of the editor's dialogs is open. */

import { Cell } from "@/store/collection";

export type DialogName = "workers" | "new-worker" | "settings" | "keys" | "missing" | "externals" | "share";

export const openDialog = new Cell<DialogName | null>(null);

export const closeDialog = (): void => openDialog.set(null);
