import type { Json } from "@/store/types";
import { cx } from "@/ui/cx";
import { emptied } from "@/widgets/empty";
import type { WidgetProps } from "@/widgets/types";
import { useDraft } from "@/widgets/useDraft";
import { wireToText } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

export type DateKind = "date" | "time" | "datetime";

const INPUTS: Record<DateKind, string> = { date: "date", time: "time", datetime: "datetime-local" };

const SHAPES: Record<DateKind, RegExp> = {
  date: /^\d{4}-\d\d-\d\d/,
  time: /\d\d:\d\d(:\d\d(\.\d{1,3})?)?/,
  datetime: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?/,
};

/** The part of an ISO text that a native date or time field takes; empty where there is none. */
export function fieldText(value: unknown, kind: DateKind): string {
  return SHAPES[kind].exec(wireToText(value) ?? "")?.[0].replace(" ", "T") ?? "";
}

/** A date, a time or both, as ISO 8601 text. A time zone in the value is kept. */
export function DateTimeWidget(props: WidgetProps & { kind: DateKind }) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id, kind } = props;
  const zone = /(Z|[+-]\d\d:?\d\d)$/.exec(wireToText(value) ?? "")?.[0] ?? "";
  const draft = useDraft({
    value,
    format: (held: Json) => fieldText(held, kind),
    parse: (text) => ({ ok: true, value: text === "" ? emptied(port) : kind === "date" ? text : text + zone }),
    onChange,
    onCommit,
  });
  return (
    <div className={cx(css.field, css[size], disabled && css.disabled)}>
      <input
        id={id}
        type={INPUTS[kind]}
        step={kind === "date" ? undefined : "any"}
        className={cx("nodrag nopan", css.input, css.date, draft.text === "" && css.quiet)}
        aria-label={port.name}
        disabled={disabled}
        value={draft.text}
        onChange={(event) => draft.type(event.target.value)}
        onBlur={draft.commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") draft.commit();
          if (event.key === "Escape") {
            event.stopPropagation();
            draft.revert();
          }
        }}
      />
    </div>
  );
}
