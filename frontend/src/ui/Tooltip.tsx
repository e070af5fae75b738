import type { ReactNode } from "react";
import { Tooltip as Radix } from "radix-ui";
import { Kbd } from "@/ui/Kbd";
import css from "@/ui/Tooltip.module.css";

export interface TooltipProps {
  content: ReactNode;
  keys?: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactNode;
}

/** A short hint on hover and focus. Needs no provider of its own around it. */
export function Tooltip({ content, keys, side = "bottom", children }: TooltipProps) {
  if (!content) return <>{children}</>;
  return (
    <Radix.Provider delayDuration={450} skipDelayDuration={200}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content className={css.tooltip} side={side} sideOffset={6} collisionPadding={8}>
            {content}
            {keys && <Kbd keys={keys} quiet />}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
