import { useLayoutEffect, useRef } from "react";
import { cx } from "@/ui/cx";
import { emptied, placeholderFor } from "@/widgets/empty";
import { nullable } from "@/widgets/typeSpec";
import type { WidgetProps } from "@/widgets/types";
import { useDraft } from "@/widgets/useDraft";
import { describe, isNoValue, textToWire, wireToText } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

/** The height a field grows to before it scrolls; the stylesheet says the same. */
const MAX_PX = { sm: 116, md: 280 };

/** Where the browser sizes a field by its content, measuring (slow for a thousand nodes) is not needed. */
const SIZES_ITSELF = typeof CSS !== "undefined" && CSS.supports?.("field-sizing", "content");

function show(value: unknown): string {
  if (isNoValue(value) || value === null) return "";
  return wireToText(value) ?? describe(value, 2000);
}

/** Text that grows with its lines. Enter commits a single line; Shift+Enter makes a new one. */
export function TextWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft({
    value,
    format: show,
    onChange,
    onCommit,
    parse: (text) => ({ ok: true, value: text === "" && nullable(port.type) ? emptied(port) : textToWire(text) }),
  });
  const lines = draft.text.includes("\n");

  useLayoutEffect(() => {
    const element = area.current;
    if (!element || SIZES_ITSELF) return;
    element.style.height = "0";
    element.style.height = `${Math.min(MAX_PX[size], element.scrollHeight)}px`;
  }, [draft.text, size]);

  return (
    <div className={cx(css.field, css[size], disabled && css.disabled)}>
      <textarea
        ref={area}
        id={id}
        rows={1}
        className={cx("nodrag nopan", lines && "nowheel", css.input, css.area)}
        aria-label={port.name}
        spellCheck={false}
        disabled={disabled}
        value={draft.text}
        placeholder={value === "" ? "empty text" : placeholderFor(port, value)}
        onChange={(event) => draft.type(event.target.value)}
        onBlur={draft.commit}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && (!lines || event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            draft.commit();
          } else if (event.key === "Escape") {
            event.stopPropagation();
            draft.revert();
            event.currentTarget.blur();
          }
        }}
      />
    </div>
  );
}
