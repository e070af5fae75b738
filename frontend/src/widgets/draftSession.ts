import { newGesture } from "@/store/intents";
import type { Json } from "@/store/types";
import { type Throttle, makeThrottle } from "@/widgets/throttle";
import { sameValue } from "@/widgets/values";

/** Long enough not to send every key, short enough that the graph follows the typing. */
const TYPING_MS = 300;
/** While dragging, the graph may follow more closely: each value is one that was meant. */
const DRAGGING_MS = 60;

export type DraftResult = { ok: true; value: unknown } | { ok: false; reason: string };

/** One edit: everything it sends is one gesture, and it knows what to go back to. */
export class DraftSession {
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
