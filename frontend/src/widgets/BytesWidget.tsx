import { useRef, useState } from "react";
import { Upload } from "lucide-react";
import { cx } from "@/ui/cx";
import { placeholderFor } from "@/widgets/empty";
import { FieldMessage } from "@/widgets/FieldMessage";
import type { WidgetProps } from "@/widgets/types";
import { bytesOf, bytesToWire, formatBytes, tagged } from "@/widgets/values";
import css from "@/widgets/Widgets.module.css";

/** Bytes travel inside the command; what is larger belongs into a file. */
const MAX_BYTES = 512 * 1024;

/** Bytes of a small local file, with their count and first few shown. */
export function BytesWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const fn = tagged(value);
  const bytes = fn?.tag === "bytes" ? bytesOf(String(fn.payload)) : null;
  const head = bytes && [...bytes.slice(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

  async function take(file: File): Promise<void> {
    if (file.size > MAX_BYTES) {
      setProblem(`${formatBytes(file.size)} are too many: upload it and read it with a file node`);
      return;
    }
    setProblem(null);
    onChange(bytesToWire(new Uint8Array(await file.arrayBuffer())), {});
    onCommit?.();
  }

  return (
    <div>
      <button
        type="button"
        id={id}
        disabled={disabled}
        aria-label={`${port.name}: choose a file to take bytes from`}
        className={cx("nodrag nopan", css.opener, css[size])}
        onClick={() => input.current?.click()}
      >
        <span className={cx(css.chosen, bytes ? css.mono : css.quiet)}>
          {bytes ? `${formatBytes(bytes.length)} · ${head}${bytes.length > 6 ? " …" : ""}` : placeholderFor(port, value)}
        </span>
        <Upload size={12} aria-hidden />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={(event) => event.target.files?.[0] && void take(event.target.files[0])}
      />
      <FieldMessage text={problem} />
    </div>
  );
}
