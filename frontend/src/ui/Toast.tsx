import { Toast as Radix } from "radix-ui";
import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import css from "@/ui/Toast.module.css";

export interface ToastMessage {
  id: number;
  kind: "info" | "ok" | "error";
  text: string;
  /** More, such as a traceback; folded away at first. */
  detail?: string;
}

const ICONS = { info: Info, ok: CircleCheck, error: CircleAlert };

/** Errors stay longer; hovering or focusing a message stops its clock. */
const DURATION_MS = { info: 5_000, ok: 4_000, error: 14_000 };

function ToastItem({ message, onDismiss }: { message: ToastMessage; onDismiss: (id: number) => void }) {
  const Icon = ICONS[message.kind];
  return (
    <Radix.Root
      className={cx(css.toast, css[message.kind])}
      duration={DURATION_MS[message.kind]}
      type={message.kind === "error" ? "foreground" : "background"}
      onOpenChange={(open) => !open && onDismiss(message.id)}
    >
      <Icon size={16} className={css.icon} aria-hidden />
      <div className={css.texts}>
        <Radix.Title className={css.title}>{message.text}</Radix.Title>
        {message.detail && (
          <details className={css.detail}>
            <summary>Details</summary>
            <pre>{message.detail}</pre>
          </details>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton label="Dismiss" size="sm" tooltip={false}>
          <X size={14} />
        </IconButton>
      </Radix.Close>
    </Radix.Root>
  );
}

/** Where messages appear; mounted once, at the root. */
export function Toaster(props: { messages: readonly ToastMessage[]; onDismiss: (id: number) => void }) {
  return (
    <Radix.Provider swipeDirection="right">
      {props.messages.map((message) => (
        <ToastItem key={message.id} message={message} onDismiss={props.onDismiss} />
      ))}
      <Radix.Viewport className={css.viewport} />
    </Radix.Provider>
  );
}
