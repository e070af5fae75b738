import type { ReactNode } from "react";
import { ContextMenu as RadixContext, DropdownMenu as RadixMenu } from "radix-ui";
import { type MenuEntry, MenuItems } from "@/ui/menuItems";
import { keepInside } from "@/ui/portalEvents";
import css from "@/ui/Menu.module.css";

export type { MenuAction, MenuEntry } from "@/ui/menuItems";

export interface MenuProps {
  trigger: ReactNode;
  items: MenuEntry[];
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ trigger, items, align = "start", side = "bottom", open, onOpenChange }: MenuProps) {
  return (
    <RadixMenu.Root open={open} onOpenChange={onOpenChange}>
      <RadixMenu.Trigger asChild>{trigger}</RadixMenu.Trigger>
      <RadixMenu.Portal>
        <RadixMenu.Content {...keepInside} className={css.menu} align={align} side={side} sideOffset={4} collisionPadding={8}>
          <MenuItems items={items} parts={RadixMenu} />
        </RadixMenu.Content>
      </RadixMenu.Portal>
    </RadixMenu.Root>
  );
}

export interface ContextMenuProps {
  items: MenuEntry[];
  children: ReactNode;
  onOpenChange?: (open: boolean) => void;
}

/** A menu on right click or the menu key; its child must take a ref. */
export function ContextMenu({ items, children, onOpenChange }: ContextMenuProps) {
  return (
    <RadixContext.Root onOpenChange={onOpenChange}>
      <RadixContext.Trigger asChild>{children}</RadixContext.Trigger>
      <RadixContext.Portal>
        <RadixContext.Content {...keepInside} className={css.menu} collisionPadding={8}>
          <MenuItems items={items} parts={RadixContext} />
        </RadixContext.Content>
      </RadixContext.Portal>
    </RadixContext.Root>
  );
}
