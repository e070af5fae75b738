import type { ReactNode } from "react";
import { Tabs as Radix } from "radix-ui";
import css from "@/ui/Tabs.module.css";

export interface Tab {
  id: string;
  label: ReactNode;
  /** A number or dot behind the label. */
  badge?: ReactNode;
  content: ReactNode;
}

export interface TabsProps {
  tabs: Tab[];
  value?: string;
  onChange?: (id: string) => void;
  label: string;
  /** Controls at the right end of the row of tabs. */
  actions?: ReactNode;
}

export function Tabs({ tabs, value, onChange, label, actions }: TabsProps) {
  return (
    <Radix.Root
      className={css.tabs}
      {...(value === undefined ? { defaultValue: tabs[0]?.id } : { value })}
      onValueChange={onChange}
    >
      <div className={css.row}>
        <Radix.List className={css.list} aria-label={label}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.id} value={tab.id} className={css.tab}>
              {tab.label}
              {tab.badge !== undefined && <span className={css.badge}>{tab.badge}</span>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className={css.content}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
