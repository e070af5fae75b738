/** A Python traceback taken apart, so that one's own lines stand out from library internals. */

export interface Frame {
  file: string;
  line: number;
  where: string;
  code: string;
  /** Part of an installed package or of Python itself. */
  foreign: boolean;
}

export interface ReadError {
  /** `ZeroDivisionError` */
  kind: string;
  message: string;
  frames: Frame[];
}

const FRAME = /^\s*File "(.+)", line (\d+)(?:, in (.+))?$/;
const FOREIGN = /site-packages|dist-packages|[\\/]lib[\\/]python\d|<frozen|funcnodes_core|funcnodes_worker/;
const MARKS = /^\s*[\^~]+\s*$/;

export function readError(error: string, traceback: string): ReadError {
  const colon = error.indexOf(":");
  const named = colon > 0 && /^[\w.]+$/.test(error.slice(0, colon));
  const kind = named ? error.slice(0, colon) : /^[\w.]+$/.test(error.trim()) ? error.trim() : "Error";
  return {
    kind: kind.slice(kind.lastIndexOf(".") + 1),
    message: named ? unquoted(error.slice(colon + 1).trim()) : kind === error.trim() ? "" : error,
    frames: readFrames(traceback),
  };
}

/** A KeyError shows its message in quotes, which a sentence does not need; a bare key keeps them. */
function unquoted(message: string): string {
  const inner = /^(["'])(.*)\1$/s.exec(message)?.[2];
  return inner !== undefined && inner.includes(" ") ? inner.replace(/\\(["'\\])/g, "$1") : message;
}

export function readFrames(traceback: string): Frame[] {
  const frames: Frame[] = [];
  for (const text of traceback.split("\n")) {
    const match = FRAME.exec(text);
    const last = frames[frames.length - 1];
    if (match) {
      const file = match[1] ?? "";
      frames.push({ file, line: Number(match[2]), where: match[3] ?? "", code: "", foreign: FOREIGN.test(file) });
    } else if (last && last.code === "" && /^\s{4}/.test(text) && !MARKS.test(text)) {
      last.code = text.trim();
    }
  }
  return frames;
}

/** The last parts of a path: enough to know the file. */
export function shortPath(path: string): string {
  return path.split(/[\\/]/).slice(-2).join("/");
}
