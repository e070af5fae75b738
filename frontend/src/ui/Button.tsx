import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Tooltip } from "@/ui/Tooltip";
import { cx } from "@/ui/cx";
import css from "@/ui/Button.module.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "default" | "ghost" | "danger";
  size?: "sm" | "md";
  icon?: ReactNode;
  /** Shows a spinner and takes no clicks, but keeps focus and width. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps) {
  const { variant = "default", size = "md", icon, busy, className, children, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : rest.onClick}
      className={cx(css.button, css[variant], css[size], busy && css.busy, className)}
    >
      {busy ? <span className={css.spinner} aria-hidden /> : icon}
      {children !== undefined && <span className={css.label}>{children}</span>}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  /** Read by screen readers and shown as a tooltip. */
  label: string;
  children: ReactNode;
  /** A key to show beside the label, such as `Ctrl+Z`. */
  keys?: string;
  size?: "sm" | "md";
  pressed?: boolean;
  tooltip?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton(props: IconButtonProps) {
  const { label, keys, size = "md", pressed, tooltip = true, className, children, ...rest } = props;
  const button = (
    <button
      type="button"
      {...rest}
      aria-label={label}
      aria-pressed={pressed}
      className={cx(css.button, css.ghost, css.icon, css[size], pressed && css.pressed, className)}
    >
      {children}
    </button>
  );
  return tooltip ? (
    <Tooltip content={label} keys={keys}>
      {button}
    </Tooltip>
  ) : (
    button
  );
}
