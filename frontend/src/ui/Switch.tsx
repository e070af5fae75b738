import { Switch as Radix } from "radix-ui";
import { cx } from "@/ui/cx";
import css from "@/ui/Switch.module.css";

export interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label?: string;
  disabled?: boolean;
  size?: "sm" | "md";
  id?: string;
}

export function Switch({ checked, onChange, label, disabled, size = "md", id }: SwitchProps) {
  return (
    <Radix.Root
      id={id}
      className={cx(css.switch, css[size])}
      checked={checked}
      disabled={disabled}
      aria-label={label}
      onCheckedChange={onChange}
    >
      <Radix.Thumb className={css.thumb} />
    </Radix.Root>
  );
}
