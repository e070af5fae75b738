/** The files of the current worker: listing and uploading, for the widgets that choose one. */

import { currentLink } from "@/store/session";
import { isPlainObject } from "@/widgets/values";

export interface WorkerFile {
  /** Relative to the worker's `files/`, with forward slashes. */
  path: string;
  bytes: number | null;
}

export interface FileSource {
  list(): Promise<WorkerFile[]>;
  /** Resolves with the path under which the worker stored it. */
  upload(file: File, onProgress?: (share: number) => void): Promise<string>;
}

function readFile(raw: unknown): WorkerFile[] {
  if (typeof raw === "string") return [{ path: raw, bytes: null }];
  if (!isPlainObject(raw)) return [];
  const path = raw.path ?? raw.name ?? raw.filename;
  const bytes = raw.size ?? raw.bytes;
  if (typeof path !== "string" || raw.is_dir === true) return [];
  return [{ path, bytes: typeof bytes === "number" ? bytes : null }];
}

async function list(): Promise<WorkerFile[]> {
  const answer: unknown = await currentLink().call("list_files", {});
  const raw = isPlainObject(answer) ? answer.files : answer;
  const files = Array.isArray(raw) ? raw.flatMap(readFile) : [];
  return files.sort((a, b) => a.path.localeCompare(b.path));
}

function storedPath(reply: string, fallback: string): string {
  try {
    const answer: unknown = JSON.parse(reply);
    if (!isPlainObject(answer)) return fallback;
    const path = answer.path ?? answer.filename;
    return typeof path === "string" ? path : fallback;
  } catch {
    return fallback; // an older worker answers with plain text
  }
}

/** `fetch` cannot tell how far an upload is, so this is an XMLHttpRequest. */
function upload(file: File, onProgress?: (share: number) => void): Promise<string> {
  const form = new FormData();
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${currentLink().httpBase}upload/`);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () =>
      request.status < 300
        ? resolve(storedPath(request.responseText, file.name))
        : reject(new Error(request.responseText.slice(0, 200) || `The upload failed (${request.status})`));
    request.onerror = () => reject(new Error("The upload failed: no answer from the worker"));
    request.send(form);
  });
}

export const workerFiles: FileSource = { list, upload };
