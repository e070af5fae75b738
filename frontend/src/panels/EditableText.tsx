import { type KeyboardEvent, useState } from "react";
import { cx } from "@/ui/cx";
import css from "@/panels/EditableText.module.css";

export interface EditableTextProps {
  value: string;
  label: string;
  placeholder?: string;
  multiline?: boolean;
  heading?: boolean;
  /** A text that may not be emptied falls back to what it was. */
  required?: boolean;
  onChange: (text: string) => void;
}

/** Text that looks like text until it is edited. Enter or leaving the field keeps it, Escape does not. */
export function EditableText(props: EditableTextProps) {
  const { value, label, placeholder, multiline, heading, required, onChange } = props;
  const [draft, setDraft] = useState<string | null>(null);

  function keep(): void {
    if (draft !== null && draft.trim() !== value && !(required && draft.trim() === "")) onChange(draft.trim());
    setDraft(null);
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      setDraft(null);
      // The blur that follows must find the draft gone.
      requestAnimationFrame(() => (event.target as HTMLElement).blur());
    } else if (event.key === "Enter" && (!multiline || event.ctrlKey || event.metaKey)) {
      event.currentTarget.blur();
    }
  }

  const shared = {
    className: cx(css.text, heading && css.heading, multiline && css.multi),
    "aria-label": label,
    placeholder,
    spellCheck: false,
    value: draft ?? value,
    onBlur: keep,
    onKeyDown,
  };
  return multiline ? (
    <textarea {...shared} rows={1} onChange={(event) => setDraft(event.target.value)} />
  ) : (
    <input {...shared} type="text" onChange={(event) => setDraft(event.target.value)} />
  );
}
