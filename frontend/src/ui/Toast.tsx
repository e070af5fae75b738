import { useSyncExternalStore } from "react";
import { Toast as Radix } from "radix-ui";
import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { Button, IconButton } from "@/ui/Button";
import { type ToastMessage, dismissToast, toastStore } from "@/ui/toasts";
import { cx } from "@/ui/cx";
import css from "@/ui/Toast.module.css";

const ICONS = { info: Info, ok: CircleCheck, error: CircleAlert };

function ToastItem({ message }: { message: ToastMessage }) {
  const Icon = ICONS[message.kind];
  const { action } = message;
  return (
    <Radix.Root
      className={cx(css.toast, css[message.kind])}
      duration={message.durationMs}
      type={message.kind === "error" ? "foreground" : "background"}
      onOpenChange={(open) => !open && dismissToast(message.id)}
    >
      <Icon size={16} className={css.icon} aria-hidden />
      <div className={css.texts}>
        <Radix.Title className={css.title}>{message.title}</Radix.Title>
        {message.text && <Radix.Description className={css.text}>{message.text}</Radix.Description>}
      </div>
      {action && (
        <Radix.Action altText={action.label} asChild>
          <Button size="sm" onClick={action.onClick}>
            {action.label}
          </Button>
        </Radix.Action>
      )}
      <Radix.Close asChild>
        <IconButton label="Dismiss" size="sm" tooltip={false}>
          <X size={14} />
        </IconButton>
      </Radix.Close>
    </Radix.Root>
  );
}

/** Where toasts appear; mounted once, at the root. */
export function Toaster() {
  const messages = useSyncExternalStore(toastStore.subscribe, toastStore.get);
  return (
    <Radix.Provider swipeDirection="right">
      {messages.map((message) => (
        <ToastItem key={message.id} message={message} />
      ))}
      <Radix.Viewport className={css.viewport} />
    </Radix.Provider>
  );
}
