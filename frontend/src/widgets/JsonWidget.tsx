import { useState } from "react";
import { Braces } from "lucide-react";
import type { Json, PortRecord } from "@/store/types";
import { Popover } from "@/ui/Popover";
import { cx } from "@/ui/cx";
import { checkType } from "@/widgets/checkType";
import { emptied, placeholderFor } from "@/widgets/empty";
import { JsonEditor } from "@/widgets/JsonEditor";
import { formatJson, parseLiteral, placeOf } from "@/widgets/literal";
import { baseName, members } from "@/widgets/typeSpec";
import type { WidgetProps } from "@/widgets/types";
import { type DraftResult, useDraft } from "@/widgets/useDraft";
import { describe, isNoValue } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

const LISTS: ReadonlySet<string> = new Set(["list", "set", "tuple"]);

function isList(port: Pick<PortRecord, "type">): boolean {
  return members(port.type).every((member) => LISTS.has(baseName(member)));
}

/** Reads the text for a port; a list may be written without its brackets. */
export function readJson(text: string, port: Pick<PortRecord, "type" | "default">): DraftResult {
  if (text.trim() === "") return { ok: true, value: emptied(port) };
  let result = parseLiteral(text);
  if (isList(port) && !/^\s*[[({]/.test(text) && !/^\s*(None|null)\s*$/.test(text)) {
    const listed = parseLiteral(`[${text}]`);
    result = listed.ok ? listed : result;
  }
  if (!result.ok) {
    const { line, column } = placeOf(text, result.at);
    return { ok: false, reason: `Line ${line}, column ${column}: ${result.reason}` };
  }
  const problem = checkType(result.value, port.type);
  return problem === null ? result : { ok: false, reason: problem };
}

function write(value: Json): string {
  return isNoValue(value) ? "" : value === null ? "None" : formatJson(value);
}

/** A list or dict: its summary on the node, an editor with validation behind it. */
export function JsonWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const [open, setOpen] = useState(false);
  const draft = useDraft({
    value,
    format: write,
    parse: (text) => readJson(text, port),
    onChange,
    onCommit,
    live: false,
  });
  const unset = isNoValue(value) || value === null;

  function close(keep: boolean): void {
    if (keep) draft.commit();
    else draft.revert();
    if (!keep || draft.error === null) setOpen(false);
  }

  return (
    <Popover
      open={open}
      onOpenChange={(next) => (next ? setOpen(true) : close(draft.error === null))}
      label={`${port.name}: editor`}
      trigger={
        <button
          type="button"
          id={id}
          disabled={disabled}
          aria-label={`Edit ${port.name}`}
          className={cx("nodrag nopan", css.opener, css[size])}
        >
          <span className={cx(css.chosen, unset ? css.quiet : css.mono)}>
            {unset ? placeholderFor(port, value) : describe(value, 60)}
          </span>
          <Braces size={12} aria-hidden />
        </button>
      }
    >
      <JsonEditor draft={draft} port={port} onDone={() => close(true)} onCancel={() => close(false)} />
    </Popover>
  );
}
