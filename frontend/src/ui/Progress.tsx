import { cx } from "@/ui/cx";
import css from "@/ui/Progress.module.css";

/** A thin bar; `value` is 0 to 1, or null while nobody can tell. */
export function Progress({ value, label }: { value: number | null; label: string }) {
  const share = value === null ? null : Math.min(1, Math.max(0, value));
  return (
    <div
      className={css.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <div
        className={cx(css.bar, share === null && css.unknown)}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}
