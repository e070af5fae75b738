import type { PreviewProps } from "@/previews/types";
import { cx } from "@/ui/cx";
import { readableNumber } from "@/widgets/numbers";
import { describe, isNoValue } from "@/widgets/values";
import css from "@/previews/Previews.module.css";

export function NumberPreview({ data, size }: PreviewProps) {
  const exact = describe(data, 400);
  const text = typeof data === "number" && size !== "full" ? readableNumber(data, size === "port" ? 6 : 10) : exact;
  const className = size === "port" ? cx(css.line, css.number) : css.numberBody;
  return (
    <span className={className} style={size === "port" ? undefined : { display: "block" }} title={exact}>
      {text}
    </span>
  );
}

export function BooleanPreview({ data, size }: PreviewProps) {
  const yes = data === true;
  return (
    <span className={cx(css.bool, size !== "port" && css.boolBody)}>
      <span className={cx(css.mark, yes && css.true)} aria-hidden />
      {yes ? "True" : "False"}
    </span>
  );
}

export function NonePreview({ data, size }: PreviewProps) {
  const text = isNoValue(data) ? "no value yet" : "None";
  return <span className={size === "port" ? cx(css.line, css.none) : css.emptyBody}>{text}</span>;
}
