import type { HTMLAttributes, Ref } from "react";
import { cx } from "@/ui/cx";
import css from "@/ui/ScrollArea.module.css";

export interface ScrollAreaProps extends HTMLAttributes<HTMLDivElement> {
  /** Also along the line, for tables and code. */
  both?: boolean;
  ref?: Ref<HTMLDivElement>;
}

/** A native scroller (keyboard, touch and screen readers for free). */
export function ScrollArea({ both, className, ...rest }: ScrollAreaProps) {
  return <div {...rest} className={cx(css.area, both && css.both, className)} />;
}
