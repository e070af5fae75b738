import { useEffect, useRef, useState } from "react";
import type { Json } from "@/store/types";
import { type DraftResult, DraftSession } from "@/widgets/draftSession";
import type { WidgetProps } from "@/widgets/types";

export type { DraftResult } from "@/widgets/draftSession";

export interface DraftOptions {
  value: Json;
  format: (value: Json) => string;
  parse: (text: string) => DraftResult;
  onChange: WidgetProps["onChange"];
  onCommit?: () => void;
  /** False for what must only be sent when the user is done (secrets, long JSON). */
  live?: boolean;
}

export interface Draft {
  text: string;
  error: string | null;
  editing: boolean;
  type: (text: string) => void;
  /** Sends a value that did not come from text (a step, a drag) inside the running edit. */
  put: (value: Json) => void;
  /** Sends what is there and ends the edit; invalid text stays, marked and unsent. */
  commit: () => void;
  /** Back to the value from before the edit. */
  revert: () => void;
}

/** Runs the latest `end` once, when the component goes. */
function useAtEnd(end: () => void): void {
  const latest = useRef(end);
  latest.current = end;
  useEffect(() => () => latest.current(), []);
}

/**
 * Text being edited over a value that lives elsewhere. One session runs from the first key to the
 * end of the edit and is one gesture; while it runs, values that arrive from the worker do not
 * disturb the text.
 */
export function useDraft(options: DraftOptions): Draft {
  const [text, setText] = useState<string | null>(null);
  const session = useRef<DraftSession | null>(null);
  const latest = useRef({ ...options, text });
  latest.current = { ...options, text };
  const parsed = text === null ? null : options.parse(text);

  function open(): DraftSession {
    const send = (value: Json, gesture: string) => latest.current.onChange(value, { gesture });
    return (session.current ??= new DraftSession(latest.current.value, send));
  }

  /** Sends the text if it can be read; text that nobody has typed counts as read. */
  function sendText(): boolean {
    const typed = latest.current.text;
    if (typed === null) return true;
    const result = latest.current.parse(typed);
    if (result.ok) open().send(result.value as Json);
    return result.ok;
  }

  function close(): void {
    const had = session.current !== null;
    session.current?.stop();
    session.current = null;
    if (had) latest.current.onCommit?.();
  }

  useAtEnd(() => {
    // A node scrolled out of view unmounts its fields: what was typed must not be lost.
    if (session.current?.waiting) sendText();
    session.current?.stop();
    session.current = null;
  });

  return {
    text: text ?? options.format(options.value),
    error: parsed !== null && !parsed.ok ? parsed.reason : null,
    editing: text !== null,
    type(next) {
      setText(next);
      latest.current.text = next;
      if (options.live === false) open();
      else open().sendWhenTypingPauses(() => latest.current.parse(next));
    },
    put(value) {
      const shown = latest.current.format(value);
      setText(shown);
      latest.current.text = shown;
      open().sendWhileDragging(value);
    },
    commit() {
      if (!sendText()) return;
      setText(null);
      close();
    },
    revert() {
      const running = session.current;
      setText(null);
      latest.current.text = null;
      running?.send(running.before);
      close();
    },
  };
}
