/** The list of toasts: plain TS, so that code without React can raise one. */

export interface ToastAction {
  label: string;
  onClick: () => void;
}

export interface ToastMessage {
  id: number;
  kind: "info" | "ok" | "error";
  title: string;
  text?: string;
  action?: ToastAction;
  /** How long it stays unless it is dismissed; hovering it stops the clock. */
  durationMs: number;
}

type Listener = () => void;

let messages: readonly ToastMessage[] = [];
let nextId = 1;
const listeners = new Set<Listener>();

function publish(next: readonly ToastMessage[]): void {
  messages = next;
  listeners.forEach((listener) => listener());
}

/** Shows a message; one with the same text that is still there is replaced, not stacked. */
export function toast(message: Partial<ToastMessage> & { title: string }): number {
  const kind = message.kind ?? "info";
  const made: ToastMessage = {
    durationMs: kind === "error" ? 12_000 : 5_000,
    ...message,
    kind,
    id: nextId,
  };
  nextId += 1;
  const others = messages.filter((other) => other.title !== made.title || other.text !== made.text);
  publish([...others.slice(-3), made]);
  return made.id;
}

export function dismissToast(id: number): void {
  publish(messages.filter((message) => message.id !== id));
}

export const toastStore = {
  get: () => messages,
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
