/** The fields of a form from a JSON schema as pydantic writes it, and the values that people type into them. */

import type { Json } from "@/store/types";

export interface Schema {
  [key: string]: Json | undefined;
}

export type FieldKind = "text" | "number" | "integer" | "switch" | "choice" | "secret" | "json";

export interface FormField {
  name: string;
  label: string;
  help: string;
  kind: FieldKind;
  required: boolean;
  /** The field may be left empty, which means null. */
  nullable: boolean;
  options: Json[];
  initial: Json | undefined;
  minimum: number | undefined;
  maximum: number | undefined;
}

/** What a field shows: text for everything that is typed, or the value itself of switches and choices. */
export type Draft = string | boolean;
export type Drafts = { [name: string]: Draft };

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = typeof schema.$ref === "string" ? schema.$ref.split("/").pop() : undefined;
  const found = name !== undefined && isSchema(root.$defs) ? root.$defs[name] : undefined;
  return isSchema(found) ? { ...found, ...schema } : schema;
}

/** A union with null is the other type, and may be left empty. */
function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  if (!Array.isArray(schema.anyOf)) return { schema, nullable: false };
  const kinds = (schema.anyOf as unknown[]).filter(isSchema);
  const others = kinds.filter((one) => one.type !== "null");
  const nullable = others.length < kinds.length;
  const [only] = others;
  return others.length === 1 && only !== undefined ? { schema: { ...schema, ...only }, nullable } : { schema, nullable };
}

function kindOf(schema: Schema, secret: boolean): FieldKind {
  if (secret || schema.format === "password") return "secret";
  if (Array.isArray(schema.enum) || schema.const !== undefined) return "choice";
  if (schema.type === "string") return "text";
  if (schema.type === "number" || schema.type === "integer") return schema.type;
  return schema.type === "boolean" ? "switch" : "json";
}

const numberOr = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

export function readFields(root: Schema, secrets: readonly string[]): FormField[] {
  const properties = isSchema(root.properties) ? root.properties : {};
  const required = Array.isArray(root.required) ? root.required : [];
  return Object.entries(properties).flatMap(([name, given]) => {
    if (!isSchema(given)) return [];
    const { schema: inner, nullable } = withoutNull(given);
    const schema = resolved(inner, root);
    return {
      name,
      label: typeof given.title === "string" ? given.title : name,
      help: typeof given.description === "string" ? given.description : "",
      kind: kindOf(schema, secrets.includes(name)),
      required: required.includes(name),
      nullable,
      options: Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? [] : [schema.const],
      initial: given.default,
      minimum: numberOr(schema.minimum ?? schema.exclusiveMinimum),
      maximum: numberOr(schema.maximum ?? schema.exclusiveMaximum),
    };
  });
}

/** What a field shows at first. */
export function draftOf(field: FormField, config: { [name: string]: Json }): Draft {
  const value = config[field.name] ?? field.initial ?? null;
  if (field.kind === "secret") return "";
  if (field.kind === "switch") return value === true;
  if (field.kind === "choice") return JSON.stringify(value ?? field.options[0] ?? null);
  if (value === null) return "";
  return typeof value === "string" && field.kind === "text" ? value : JSON.stringify(value);
}

/** Why a draft does not fit; null where it does. The worker looks once more. */
export function problemOf(field: FormField, draft: Draft, isSet = false): string | null {
  if (typeof draft === "boolean" || field.kind === "choice") return null;
  if (draft.trim() === "") return field.required && !isSet && field.kind !== "text" ? "Needs a value" : null;
  if (field.kind === "number" || field.kind === "integer") return problemOfNumber(field, Number(draft));
  return field.kind === "json" && parsed(draft) === undefined ? "Not JSON" : null;
}

function problemOfNumber(field: FormField, value: number): string | null {
  if (!Number.isFinite(value)) return "Not a number";
  if (field.kind === "integer" && !Number.isInteger(value)) return "Not a whole number";
  if (field.minimum !== undefined && value < field.minimum) return `At least ${field.minimum}`;
  return field.maximum !== undefined && value > field.maximum ? `At most ${field.maximum}` : null;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The value of a draft; undefined leaves the field out (its default, or the secret that is set). */
export function valueOf(field: FormField, draft: Draft): Json | undefined {
  if (typeof draft === "boolean") return draft;
  if (field.kind === "choice") return parsed(draft);
  if (field.kind === "text" && (draft !== "" || field.required)) return draft;
  if (draft.trim() === "") return field.kind !== "secret" && field.nullable ? null : undefined;
  if (field.kind === "secret") return draft;
  return parsed(draft.trim());
}

export function configOf(fields: readonly FormField[], drafts: Drafts): { [name: string]: Json } {
  const config: { [name: string]: Json } = {};
  for (const field of fields) {
    const value = valueOf(field, drafts[field.name] ?? "");
    if (value !== undefined) config[field.name] = value;
  }
  return config;
}
