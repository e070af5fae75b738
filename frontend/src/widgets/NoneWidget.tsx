import { typeLabel } from "@/widgets/typeSpec";
import { placeholderFor } from "@/widgets/empty";
import type { WidgetProps } from "@/widgets/types";
import { describe, isNoValue } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

/** For types that only a wire can bring: what is there, or what to connect. */
export function NoneWidget({ port, value, id }: WidgetProps) {
  const unset = isNoValue(value) || value === null;
  const wanted = port.required && isNoValue(port.default) ? `connect ${typeLabel(port.type)}` : placeholderFor(port, value);
  return (
    <span id={id} className={css.hint} title={typeLabel(port.type)}>
      {unset ? wanted : describe(value, 40)}
    </span>
  );
}
