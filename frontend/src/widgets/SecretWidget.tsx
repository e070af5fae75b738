import { useState } from "react";
import { Eye, EyeOff } from "lucide-react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import type { WidgetProps } from "@/widgets/types";
import { useDraft } from "@/widgets/useDraft";
import { isNoValue, textToWire } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

/** A secret: can be set and replaced, is never shown again, and is sent only when it is complete. */
export function SecretWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const [seen, setSeen] = useState(false);
  const isSet = !isNoValue(value) && value !== null && value !== "";
  const draft = useDraft({
    value,
    format: () => "",
    // Leaving the field empty keeps what is set.
    parse: (text) => ({ ok: true, value: text === "" ? value : textToWire(text) }),
    onChange,
    onCommit,
    live: false,
  });
  return (
    <div className={cx(css.field, css[size], disabled && css.disabled)}>
      <input
        id={id}
        type={seen ? "text" : "password"}
        autoComplete="new-password"
        spellCheck={false}
        className={cx("nodrag nopan", css.input)}
        aria-label={`${port.name} (secret, ${isSet ? "set" : "not set"})`}
        disabled={disabled}
        value={draft.text}
        placeholder={isSet ? "•••••••• set" : "not set"}
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
      {draft.editing && (
        <IconButton
          label={seen ? "Hide" : "Show what is typed"}
          size="sm"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => setSeen(!seen)}
        >
          {seen ? <EyeOff size={12} /> : <Eye size={12} />}
        </IconButton>
      )}
    </div>
  );
}
