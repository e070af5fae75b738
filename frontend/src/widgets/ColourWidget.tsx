import { useState } from "react";
import { Pipette } from "lucide-react";
import { newGesture } from "@/store/intents";
import { Popover } from "@/ui/Popover";
import { cx } from "@/ui/cx";
import { PALETTE, readHex, swatchOf } from "@/widgets/colours";
import { emptied, placeholderFor } from "@/widgets/empty";
import { FieldMessage } from "@/widgets/FieldMessage";
import type { WidgetProps } from "@/widgets/types";
import { useDraft } from "@/widgets/useDraft";
import { describe, isNoValue } from "@/widgets/values";
import fields from "@/widgets/Widgets.module.css";
import css from "@/widgets/ColourWidget.module.css";

function Picker({ port, value, onChange, onCommit }: WidgetProps) {
  const [gesture] = useState(newGesture);
  const swatch = swatchOf(value);
  const draft = useDraft({
    value,
    format: (held) => (typeof held === "string" && !isNoValue(held) ? held : (swatchOf(held) ?? "")),
    onChange,
    onCommit,
    parse(text) {
      if (text.trim() === "") return { ok: true, value: emptied(port) };
      const hex = readHex(text);
      return hex === null ? { ok: false, reason: "Write it as #rrggbb" } : { ok: true, value: hex };
    },
  });
  return (
    <div className={css.picker}>
      <div className={css.palette} role="group" aria-label="Colours">
        {PALETTE.map((colour) => (
          <button
            key={colour}
            type="button"
            className={cx(css.pick, colour === swatch && css.picked)}
            style={{ background: colour }}
            aria-label={colour}
            aria-pressed={colour === swatch}
            onClick={() => {
              draft.put(colour);
              draft.commit();
            }}
          />
        ))}
      </div>
      <div className={css.row}>
        <label className={css.native} title="Any colour">
          <Pipette size={13} aria-hidden />
          <input
            type="color"
            aria-label={`${port.name}: any colour`}
            value={swatch ?? "#808080"}
            onChange={(event) => onChange(event.target.value, { gesture })}
            onBlur={onCommit}
          />
        </label>
        <div className={cx(fields.field, fields.md, draft.error && fields.invalid)}>
          <input
            className={cx(fields.input, fields.mono)}
            aria-label={`${port.name}: hex`}
            spellCheck={false}
            placeholder="#rrggbb"
            value={draft.text}
            onChange={(event) => draft.type(event.target.value)}
            onBlur={draft.commit}
            onKeyDown={(event) => event.key === "Enter" && draft.commit()}
          />
        </div>
      </div>
      <FieldMessage text={draft.error} />
    </div>
  );
}

/** A colour as `#rrggbb`: a swatch on the node; palette, picker and text behind it. */
export function ColourWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", id } = props;
  const swatch = swatchOf(value);
  const unset = isNoValue(value) || value === null;
  return (
    <Popover
      label={`${port.name}: colour`}
      trigger={
        <button
          type="button"
          id={id}
          disabled={disabled}
          aria-label={`${port.name}: ${unset ? "no colour" : describe(value)}`}
          className={cx("nodrag nopan", fields.opener, fields[size])}
        >
          <span className={cx(css.swatch, swatch === null && css.unset)} style={{ background: swatch ?? undefined }} />
          <span className={cx(fields.chosen, unset ? fields.quiet : fields.mono)}>
            {unset ? placeholderFor(port, value) : describe(value, 30)}
          </span>
        </button>
      }
    >
      <Picker {...props} />
    </Popover>
  );
}
