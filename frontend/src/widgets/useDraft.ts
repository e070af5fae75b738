import { useEffect, useRef, useState } from "react";
import { newGesture } from "@/store/intents";
import type { Json } from "@/store/types";
import { type Throttle, makeThrottle } from "@/widgets/throttle";
import type { WidgetProps } from "@/widgets/types";
import { sameValue } from "@/widgets/values";

/** Long enough not to send every key, short enough that the graph follows the typing. */
const TYPING_MS = 300;
/** While dragging, the graph may follow more closely: each value is one that was meant. */
const DRAGGING_MS = 60;

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

/** One edit: everything it sends is one gesture, and it knows what to go back to. */
class Session {
  readonly gesture = newGesture();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly drag: Throttle = makeThrottle(DRAGGING_MS);
  private sent: Json;

  constructor(
    readonly before: Json,
    private readonly onChange: (value: Json, gesture: string) => void,
  ) {
    this.sent = before;
  }

  get waiting(): boolean {
    return this.timer !== null;
  }

  send(value: Json): void {
    this.stop();
    if (sameValue(value, this.sent)) return;
    this.sent = value;
    this.onChange(value, this.gesture);
  }

  sendWhenTypingPauses(read: () => DraftResult): void {
    this.stop();
    this.timer = setTimeout(() => {
      const result = read();
      if (result.ok) this.send(result.value as Json);
    }, TYPING_MS);
  }

  sendWhileDragging(value: Json): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.drag.run(() => {
      if (sameValue(value, this.sent)) return;
      this.sent = value;
      this.onChange(value, this.gesture);
    });
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.drag.cancel();
  }
}

/**
 * Text being edited over a value that lives elsewhere. One session runs from the first key to the
 * end of the edit and is one gesture; while it runs, values that arrive from the worker do not
 * disturb the text.
 */
export function useDraft(options: DraftOptions): Draft {
  const [text, setText] = useState<string | null>(null);
  const session = useRef<Session | null>(null);
  const latest = useRef({ ...options, text });
  latest.current = { ...options, text };
  const parsed = text === null ? null : options.parse(text);

  function open(): Session {
    session.current ??= new Session(latest.current.value, (value, gesture) =>
      latest.current.onChange(value, { gesture }),
    );
    return session.current;
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

  useEffect(
    () => () => {
      // A node scrolled out of view unmounts its fields: what was typed must not be lost.
      if (session.current?.waiting) sendText();
      session.current?.stop();
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
