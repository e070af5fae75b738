import css from "@/widgets/Widgets.module.css";

/** Why a text was not sent. */
export function FieldMessage({ text }: { text: string | null }) {
  return text === null ? null : (
    <div className={css.message} role="alert">
      {text}
    </div>
  );
}
