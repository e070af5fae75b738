import type { Json, PortRecord } from "@/store/types";
import { cx } from "@/ui/cx";
import { checkType } from "@/widgets/checkType";
import { emptied, placeholderFor } from "@/widgets/empty";
import { FieldMessage } from "@/widgets/FieldMessage";
import { formatJson, parseLiteral } from "@/widgets/literal";
import type { WidgetProps } from "@/widgets/types";
import { type DraftResult, useDraft } from "@/widgets/useDraft";
import { isNoValue, tagged, textToWire, wireToText } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

/** What typed text means: a literal if it reads as one, else just that text. */
export function readAny(text: string): Json {
  const literal = parseLiteral(text);
  return literal.ok ? literal.value : (textToWire(text) as Json);
}

/** The same for a port: what its type cannot take as a literal is text, if it takes text. */
export function readFor(text: string, port: Pick<PortRecord, "type">): DraftResult {
  const value = readAny(text);
  const problem = checkType(value, port.type);
  if (problem === null) return { ok: true, value };
  return checkType(text, port.type) === null ? { ok: true, value: textToWire(text) } : { ok: false, reason: problem };
}

/** The text that reads back as this value: strings that look like something else get quotes. */
export function writeAny(value: unknown): string {
  if (isNoValue(value)) return "";
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  const text = wireToText(value);
  if (text !== null) return parseLiteral(text).ok || text.trim() !== text ? JSON.stringify(text) : text;
  const fn = tagged(value);
  return fn?.tag === "int" || fn?.tag === "float" ? String(fn.payload) : formatJson(value);
}

export function kindWord(value: unknown): string | null {
  if (isNoValue(value)) return null;
  if (value === null) return "None";
  if (Array.isArray(value)) return "list";
  if (wireToText(value) !== null) return "str";
  const fn = tagged(value);
  if (fn) return fn.tag;
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return typeof value === "boolean" ? "bool" : "dict";
}

/** For ports that take anything: a literal or plain text, with its kind shown at the right. */
export function AnyWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const draft = useDraft({
    value,
    format: writeAny,
    onChange,
    onCommit,
    parse: (text) => (text.trim() === "" ? { ok: true, value: emptied(port) } : readFor(text, port)),
  });
  const typed = draft.editing && draft.text.trim() !== "" ? readFor(draft.text, port) : null;
  const kind = typed === null ? kindWord(value) : typed.ok ? kindWord(typed.value) : null;
  return (
    <div>
      <div className={cx(css.field, css[size], draft.error && css.invalid, disabled && css.disabled)}>
        <input
          id={id}
          type="text"
          autoComplete="off"
          spellCheck={false}
          className={cx("nodrag nopan", css.input)}
          aria-label={port.name}
          disabled={disabled}
          value={draft.text}
          placeholder={placeholderFor(port, value)}
          onChange={(event) => draft.type(event.target.value)}
          onBlur={draft.commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") draft.commit();
            if (event.key === "Escape") {
              event.stopPropagation();
              draft.revert();
              event.currentTarget.blur();
            }
          }}
        />
        {kind && (
          <span className={css.badge} title={`Sent as ${kind}`}>
            {kind}
          </span>
        )}
      </div>
      <FieldMessage text={draft.error} />
    </div>
  );
}
