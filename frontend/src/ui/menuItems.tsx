import type { ReactNode } from "react";
import type { ContextMenu, DropdownMenu } from "radix-ui";
import { Check, ChevronRight } from "lucide-react";
import { Kbd } from "@/ui/Kbd";
import { cx } from "@/ui/cx";
import css from "@/ui/Menu.module.css";

export interface MenuAction {
  label: string;
  icon?: ReactNode;
  /** A quieter second text, such as a state. */
  hint?: ReactNode;
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Shown as a tick; undefined for an item that is not a choice. */
  checked?: boolean;
  onSelect?: () => void;
  items?: MenuEntry[];
}

/** An action, a dividing line, or a caption over the entries that follow. */
export type MenuEntry = MenuAction | "---" | { caption: string };

type Parts = typeof DropdownMenu | typeof ContextMenu;

function Content({ item }: { item: MenuAction }) {
  return (
    <>
      <span className={css.icon} aria-hidden>
        {item.checked ? <Check size={14} /> : item.icon}
      </span>
      <span className={css.label}>{item.label}</span>
      {item.hint && <span className={css.hint}>{item.hint}</span>}
      {item.keys && <Kbd keys={item.keys} />}
    </>
  );
}

function Entry({ item, parts }: { item: MenuAction; parts: Parts }) {
  const className = cx(css.item, item.danger && css.danger);
  const disabled = item.disabled ?? false;
  if (item.items) {
    return (
      <parts.Sub>
        <parts.SubTrigger className={className} disabled={disabled}>
          <Content item={item} />
          <ChevronRight size={14} className={css.more} />
        </parts.SubTrigger>
        <parts.Portal>
          <parts.SubContent className={css.menu} sideOffset={2} collisionPadding={8}>
            <MenuItems items={item.items} parts={parts} />
          </parts.SubContent>
        </parts.Portal>
      </parts.Sub>
    );
  }
  const props = { className, disabled, onSelect: item.onSelect };
  if (item.checked !== undefined) {
    return (
      <parts.CheckboxItem {...props} checked={item.checked}>
        <Content item={item} />
      </parts.CheckboxItem>
    );
  }
  return (
    <parts.Item {...props}>
      <Content item={item} />
    </parts.Item>
  );
}

/** The entries of a menu; `parts` are the primitives of a dropdown or a context menu. */
export function MenuItems({ items, parts }: { items: MenuEntry[]; parts: Parts }) {
  return items.map((item, index) => {
    if (item === "---") return <parts.Separator key={index} className={css.line} />;
    if ("caption" in item) {
      return (
        <parts.Label key={index} className={css.caption}>
          {item.caption}
        </parts.Label>
      );
    }
    return <Entry key={`${index}-${item.label}`} item={item} parts={parts} />;
  });
}
