import { type FormEvent, useEffect, useState } from "react";
import type { ExternalConfig } from "@/protocol/types.gen";
import type { ExternalConfigValues } from "@/store/externalIntents";
import { configOf, type Draft, draftOf, type Drafts, type FormField, problemOf, readFields, type Schema } from "@/panels/schemaForm";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Switch } from "@/ui/Switch";
import { Field, TextField } from "@/ui/TextField";
import css from "@/panels/Externals.module.css";

interface ControlProps {
  field: FormField;
  draft: Draft;
  isSet: boolean;
  problem: string | null;
  onChange: (draft: Draft) => void;
}

function Typed({ field, draft, isSet, problem, onChange }: ControlProps) {
  const secret = field.kind === "secret";
  return (
    <TextField
      type={secret ? "password" : "text"}
      autoComplete={secret ? "new-password" : "off"}
      inputMode={field.kind === "number" || field.kind === "integer" ? "decimal" : undefined}
      value={String(draft)}
      error={problem}
      placeholder={secret ? (isSet ? "•••••••• set; leave empty to keep" : "not set") : field.nullable ? "none" : undefined}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function Control(props: ControlProps) {
  const { field, draft, onChange } = props;
  if (field.kind === "switch") {
    return (
      <div className={css.switch}>
        <div>
          <strong>{field.label}</strong>
          {field.help && <p>{field.help}</p>}
        </div>
        <Switch label={field.label} checked={draft === true} onChange={onChange} />
      </div>
    );
  }
  return (
    <Field label={field.required ? `${field.label} *` : field.label} help={field.help || undefined}>
      {field.kind === "choice" ? (
        <select className={css.select} value={String(draft)} onChange={(event) => onChange(event.target.value)}>
          {field.options.map((option) => (
            <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
              {String(option)}
            </option>
          ))}
        </select>
      ) : (
        <Typed {...props} />
      )}
    </Field>
  );
}

export interface ExternalFormProps {
  title: string;
  description?: string;
  /** What the button says that keeps it. */
  action: string;
  /** The form as the worker gives it; null closes the dialog. */
  form: ExternalConfig | null;
  /** Asks for a name too. */
  naming?: boolean;
  /** True when it was kept. */
  onKeep: (config: ExternalConfigValues, name: string) => Promise<boolean>;
  onClose: () => void;
}

/** The configuration of an external worker, as its class describes it. */
export function ExternalForm({ title, description, action, form, naming, onKeep, onClose }: ExternalFormProps) {
  const [drafts, setDrafts] = useState<Drafts>({});
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const secrets = form?.secrets ?? {};
  const fields = form === null ? [] : readFields(form.schema as Schema, Object.keys(secrets));

  useEffect(() => {
    const config = (form?.config ?? {}) as ExternalConfigValues;
    setDrafts(Object.fromEntries(fields.map((field) => [field.name, draftOf(field, config)])));
    setName("");
    setTried(false);
  }, [form]);

  const problems = fields.map((field) => problemOf(field, drafts[field.name] ?? "", secrets[field.name] === true));
  const wrong = problems.some((problem) => problem !== null);

  async function keep(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (wrong || busy) return;
    setBusy(true);
    try {
      if (await onKeep(configOf(fields, drafts), name.trim())) onClose();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={form !== null}
      onOpenChange={(next) => !next && onClose()}
      size="sm"
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="external-form" busy={busy} disabled={tried && wrong}>
            {action}
          </Button>
        </>
      }
    >
      <form id="external-form" className={css.form} onSubmit={(event) => void keep(event)}>
        {naming && (
          <Field label="Name">
            <TextField autoFocus value={name} placeholder="as its class" onChange={(event) => setName(event.target.value)} />
          </Field>
        )}
        {fields.map((field, at) => (
          <Control
            key={field.name}
            field={field}
            draft={drafts[field.name] ?? ""}
            isSet={secrets[field.name] === true}
            problem={tried || String(drafts[field.name] ?? "") !== "" ? (problems[at] ?? null) : null}
            onChange={(draft) => setDrafts({ ...drafts, [field.name]: draft })}
          />
        ))}
        {fields.length === 0 && !naming && <p className={css.quiet}>There is nothing to set.</p>}
      </form>
    </Dialog>
  );
}
