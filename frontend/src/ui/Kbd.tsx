import { cx } from "@/ui/cx";
import css from "@/ui/Kbd.module.css";

const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.platform);

const SIGNS: Record<string, string> = isMac
  ? { ctrl: "⌘", mod: "⌘", alt: "⌥", shift: "⇧", enter: "↵", del: "⌫" }
  : { ctrl: "Ctrl", mod: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", del: "Del" };

const ARROWS: Record<string, string> = { up: "↑", down: "↓", left: "←", right: "→", esc: "Esc" };

function sign(key: string): string {
  const low = key.trim().toLowerCase();
  return SIGNS[low] ?? ARROWS[low] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** Keys such as `Ctrl+Shift+Z` as caps, written the way the system writes them. */
export function Kbd({ keys, quiet }: { keys: string; quiet?: boolean }) {
  const parts = keys === "+" ? ["+"] : keys.split("+").filter(Boolean);
  return (
    <span className={cx(css.keys, quiet && css.quiet)}>
      {parts.map((key) => (
        <kbd key={key}>{sign(key)}</kbd>
      ))}
    </span>
  );
}
