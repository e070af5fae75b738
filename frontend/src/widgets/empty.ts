import { NO_VALUE, type Json, type PortRecord } from "@/store/types";
import { nullable } from "@/widgets/typeSpec";
import { describe, isNoValue } from "@/widgets/values";

/** What a field that was emptied means: None where that is allowed, else the default, else no value. */
export function emptied(port: Pick<PortRecord, "type" | "default">): Json {
  if (nullable(port.type)) return null;
  return isNoValue(port.default) ? NO_VALUE : port.default;
}

/** The quiet text of a field that holds nothing: the default that will be used, or what is missing. */
export function placeholderFor(port: Pick<PortRecord, "default" | "required">, value: unknown): string {
  if (value === null) return "None";
  if (!isNoValue(port.default) && port.default !== null) return describe(port.default, 40);
  return port.required ? "needs a value" : "not set";
}
