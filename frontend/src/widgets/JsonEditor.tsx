import { Wand2 } from "lucide-react";
import type { PortRecord } from "@/store/types";
import { Button, IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { formatJson, parseLiteral } from "@/widgets/literal";
import { typeLabel } from "@/widgets/typeSpec";
import type { Draft } from "@/widgets/useDraft";
import css from "@/widgets/JsonEditor.module.css";

export interface JsonEditorProps {
  draft: Draft;
  port: Pick<PortRecord, "name" | "type">;
  onDone: () => void;
  onCancel: () => void;
}

/** The text of a list or dict with its type, what is wrong with it, and a button that tidies it. */
export function JsonEditor({ draft, port, onDone, onCancel }: JsonEditorProps) {
  const literal = parseLiteral(draft.text);
  const rows = Math.min(18, Math.max(5, draft.text.split("\n").length + 1));
  return (
    <div className={cx("nowheel", css.editor)}>
      <header className={css.head}>
        <strong className={css.name}>{port.name}</strong>
        <span className={css.type}>{typeLabel(port.type)}</span>
        <IconButton
          label="Tidy up"
          size="sm"
          disabled={!literal.ok}
          onClick={() => literal.ok && draft.type(formatJson(literal.value))}
        >
          <Wand2 size={13} />
        </IconButton>
      </header>
      <textarea
        autoFocus
        rows={rows}
        spellCheck={false}
        className={cx(css.text, draft.error && css.invalid)}
        aria-label={port.name}
        aria-invalid={draft.error ? true : undefined}
        aria-describedby="json-editor-note"
        value={draft.text}
        placeholder="JSON or Python: [1, 2.5, 'text', None]"
        onChange={(event) => draft.type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onDone();
          if (event.key === "Escape") {
            event.stopPropagation();
            onCancel();
          }
        }}
      />
      <footer className={css.foot}>
        <span id="json-editor-note" className={cx(css.note, draft.error && css.wrong)} role="status">
          {draft.error ?? "JSON or Python literals"}
        </span>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="sm" variant="primary" disabled={draft.error !== null} onClick={onDone}>
          Apply
        </Button>
      </footer>
    </div>
  );
}
