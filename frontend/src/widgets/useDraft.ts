import { useEffect, useRef, useState } from "react";
import { newGesture } from "@/store/intents";
import type { Json } from "@/store/types";
import type { WidgetProps } from "@/widgets/types";
import { sameValue } from "@/widgets/values";

/** Long enough not to send every key, short enough that the graph follows the typing. */
const TYPING_MS = 300;

export type DraftResult = { ok: true; value: unknown } | { ok: false; reason: string };

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

interface Session {
  gesture: string;
  before: Json;
  sent: Json;
  timer: ReturnType<typeof setTimeout> | null;
}

/**
 * Text being edited over a value that lives elsewhere. One session runs from the first key to the
 * end of the edit and is one gesture; while it runs, values that arrive from the worker do not disturb the text.
 */
export function useDraft(options: DraftOptions): Draft {
  const [text, setText] = useState<string | null>(null);
  const session = useRef<Session | null>(null);
  const latest = useRef({ ...options, text });
  latest.current = { ...options, text };
  const parsed = text === null ? null : options.parse(text);

  function open(): Session {
    session.current ??= {
      gesture: newGesture(),
      before: latest.current.value,
      sent: latest.current.value,
      timer: null,
    };
    return session.current;
  }

  function send(value: Json): void {
    const running = open();
    if (running.timer !== null) clearTimeout(running.timer);
    running.timer = null;
    if (sameValue(value, running.sent)) return;
    running.sent = value;
    latest.current.onChange(value, { gesture: running.gesture });
  }

  function sendText(typed: string | null): boolean {
    if (typed === null) return true;
    const result = latest.current.parse(typed);
    if (result.ok) send(result.value as Json);
    return result.ok;
  }

  function close(): void {
    if (session.current?.timer) clearTimeout(session.current.timer);
    const had = session.current !== null;
    session.current = null;
    if (had) latest.current.onCommit?.();
  }

  useEffect(
    () => () => {
      // A node scrolled out of view unmounts its fields: what was typed must not be lost.
      if (session.current?.timer) sendText(latest.current.text);
      session.current = null;
    },
    [],
  );

  return {
    text: text ?? options.format(options.value),
    error: parsed !== null && !parsed.ok ? parsed.reason : null,
    editing: text !== null,
    type(next) {
      setText(next);
      const running = open();
      if (running.timer !== null) clearTimeout(running.timer);
      running.timer = options.live === false ? null : setTimeout(() => sendText(next), TYPING_MS);
    },
    put(value) {
      setText(null);
      send(value);
    },
    commit() {
      if (!sendText(latest.current.text)) return;
      setText(null);
      close();
    },
    revert() {
      const running = session.current;
      setText(null);
      if (running !== null) send(running.before);
      close();
    },
  };
}
