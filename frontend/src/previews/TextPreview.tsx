import type { PreviewProps } from "@/previews/types";
import { cx } from "@/ui/cx";
import { describe, wireToText } from "@/widgets/values";
import css from "@/previews/Previews.module.css";

/** Characters that a node's body shows; the dialog shows all. */
const BODY_CHARS = 4000;

export function TextPreview({ data, size }: PreviewProps) {
  const text = wireToText(data) ?? describe(data, BODY_CHARS);
  if (size === "port") return <span className={css.line}>{text === "" ? <i className={css.none}>empty text</i> : text}</span>;
  if (text === "") return <p className={css.emptyBody}>empty text</p>;
  const shown = size === "body" ? text.slice(0, BODY_CHARS) : text;
  return (
    <pre className={cx(css.text, size === "body" ? css.body : css.full)} tabIndex={size === "full" ? 0 : undefined}>
      {shown}
      {shown.length < text.length && "…"}
    </pre>
  );
}
