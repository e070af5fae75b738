import type { ReactNode } from "react";
import { AlertDialog, Dialog as Radix } from "radix-ui";
import { X } from "lucide-react";
import { Button, IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { keepInside } from "@/ui/portalEvents";
import css from "@/ui/Dialog.module.css";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  size?: "sm" | "md" | "lg" | "full";
  /** Buttons at the bottom right. */
  footer?: ReactNode;
  /** Controls in the title bar, left of the closing cross. */
  actions?: ReactNode;
  children?: ReactNode;
}

export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, size = "md", footer, actions, children } = props;
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={css.overlay} />
        <Radix.Content
          {...keepInside}
          className={cx(css.dialog, css[size])}
          // A field with autoFocus has it already; else the dialog itself, not its closing cross.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className={css.head}>
            <div className={css.titles}>
              <Radix.Title className={css.title}>{title}</Radix.Title>
              {description && <Radix.Description className={css.description}>{description}</Radix.Description>}
            </div>
            {actions}
            <Radix.Close asChild>
              <IconButton label="Close" tooltip={false} className={css.close}>
                <X size={16} />
              </IconButton>
            </Radix.Close>
          </header>
          <div className={css.body}>{children}</div>
          {footer && <footer className={css.foot}>{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  children?: ReactNode;
  confirm: string;
  danger?: boolean;
  onConfirm: () => void;
}

/** A question whose safe answer has the focus. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, children, confirm, danger, onConfirm } = props;
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={css.overlay} />
        <AlertDialog.Content {...keepInside} className={cx(css.dialog, css.sm)}>
          <header className={css.head}>
            <AlertDialog.Title className={css.title}>{title}</AlertDialog.Title>
          </header>
          <AlertDialog.Description asChild>
            <div className={cx(css.body, css.question)}>{children}</div>
          </AlertDialog.Description>
          <footer className={css.foot}>
            <AlertDialog.Cancel asChild>
              <Button>Cancel</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant={danger ? "danger" : "primary"} onClick={onConfirm}>
                {confirm}
              </Button>
            </AlertDialog.Action>
          </footer>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
