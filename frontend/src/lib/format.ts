/** Numbers as people read them. */

/** Seconds in two or three figures: 40 µs, 12 ms, 1.53 s, 2 min 5 s. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) {
    const ms = seconds * 1000;
    return ms < 0.95 ? `${Math.round(ms * 1000)} µs` : `${Math.round(ms)} ms`;
  }
  if (seconds < 59.95) return `${seconds < 9.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
