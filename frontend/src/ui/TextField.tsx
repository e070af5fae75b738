import type { InputHTMLAttributes, ReactNode, Ref } from "react";
import { Search, X } from "lucide-react";
import { cx } from "@/ui/cx";
import css from "@/ui/TextField.module.css";

export interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "size"> {
  size?: "sm" | "md";
  /** Why the text is not valid; shown under the field and read with it. */
  error?: string | null;
  leading?: ReactNode;
  trailing?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps) {
  const { size = "md", error, leading, trailing, className, ...rest } = props;
  return (
    <span className={cx(css.wrap, className)}>
      <span className={cx(css.field, css[size], error && css.invalid, rest.disabled && css.disabled)}>
        {leading && <span className={css.side}>{leading}</span>}
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          className={css.input}
          aria-invalid={error ? true : undefined}
        />
        {trailing && <span className={css.side}>{trailing}</span>}
      </span>
      {error && (
        <span className={css.error} role="alert">
          {error}
        </span>
      )}
    </span>
  );
}

export interface SearchFieldProps extends Omit<TextFieldProps, "onChange" | "value" | "leading"> {
  value: string;
  onChange: (text: string) => void;
}

/** A field with a loupe; Escape clears it first and only then goes on to whatever is around it. */
export function SearchField({ value, onChange, onKeyDown, ...rest }: SearchFieldProps) {
  return (
    <TextField
      type="text"
      role="searchbox"
      {...rest}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && value !== "") {
          event.stopPropagation();
          onChange("");
        }
        onKeyDown?.(event);
      }}
      leading={<Search size={14} aria-hidden />}
      trailing={
        value !== "" && (
          <button type="button" className={css.clear} aria-label="Clear search" onClick={() => onChange("")}>
            <X size={13} />
          </button>
        )
      }
    />
  );
}

/** A label over a control, with an optional line of help. */
export function Field({ label, help, children }: { label: string; help?: ReactNode; children: ReactNode }) {
  return (
    <label className={css.labelled}>
      <span className={css.label}>{label}</span>
      {children}
      {help && <span className={css.help}>{help}</span>}
    </label>
  );
}
