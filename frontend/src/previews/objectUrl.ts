import { useEffect, useMemo, useState } from "react";
import { valueUrl } from "@/store/intents";
import type { PortRecord } from "@/store/types";
import { bytesOf, tagged, wireToText } from "@/widgets/values";

/** The bytes of what a frame or a tagged value carries; text is encoded as UTF-8. */
export function bytesOfData(data: unknown): Uint8Array | null {
  if (data instanceof Uint8Array) return data;
  const fn = tagged(data);
  if (fn?.tag === "bytes") return bytesOf(String(fn.payload));
  const text = wireToText(data);
  return text === null ? null : new TextEncoder().encode(text);
}

/** Where the worker offers the bytes that a port shows; changes with every value. */
export function previewUrl(port: Pick<PortRecord, "node" | "id" | "version" | "isInput">): string {
  return `${valueUrl(port.node, port.id, port.version)}&io_type=${port.isInput ? "input" : "output"}&preview=1`;
}

/** A blob address for bytes, given back when they change. */
export function useObjectUrl(data: unknown, mime: string): string | null {
  const bytes = useMemo(() => bytesOfData(data), [data]);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (bytes === null) {
      setUrl(null);
      return;
    }
    const made = URL.createObjectURL(new Blob([bytes as BlobPart], { type: mime }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, mime]);
  return url;
}
