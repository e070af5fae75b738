/** Calls spaced out in time: the first at once, of those that follow too soon only the last. */

export interface Throttle {
  run: (call: () => void) => void;
  /** Makes the call that waits, if there is one. */
  flush: () => void;
  cancel: () => void;
}

export function makeThrottle(gapMs: number): Throttle {
  let waiting: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  function fire(): void {
    const call = waiting;
    waiting = null;
    timer = call === null ? null : setTimeout(fire, gapMs);
    call?.();
  }

  return {
    run(call) {
      waiting = call;
      if (timer === null) fire();
    },
    flush() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      const call = waiting;
      waiting = null;
      call?.();
    },
    cancel() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      waiting = null;
    },
  };
}
