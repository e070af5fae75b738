import type { ReactNode } from "react";
import { Popover as Radix } from "radix-ui";
import { cx } from "@/ui/cx";
import { keepInside } from "@/ui/portalEvents";
import css from "@/ui/Popover.module.css";

export interface PopoverProps {
  trigger: ReactNode;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  /** Without padding, for lists that bring their own. */
  bare?: boolean;
  label?: string;
}

export function Popover(props: PopoverProps) {
  const { trigger, children, open, onOpenChange, align = "start", side = "bottom", bare, label } = props;
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={cx(css.popover, bare && css.bare)}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          {...keepInside}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
