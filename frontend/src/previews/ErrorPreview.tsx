import { useState } from "react";
import { Check, CircleAlert, Copy } from "lucide-react";
import type { PreviewSize } from "@/previews/choose";
import { type Frame, readError, shortPath } from "@/previews/traceback";
import type { PreviewProps } from "@/previews/types";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { isPlainObject } from "@/widgets/values";
import lines from "@/previews/Previews.module.css";
import css from "@/previews/ErrorPreview.module.css";

export interface ErrorViewProps {
  error: string;
  traceback: string;
  size: PreviewSize;
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }
  return (
    <Button size="sm" variant="ghost" icon={copied ? <Check size={13} /> : <Copy size={13} />} onClick={() => void copy()}>
      {copied ? "Copied" : "Copy"}
    </Button>
  );
}

function FrameRow({ frame, last }: { frame: Frame; last: boolean }) {
  return (
    <li className={cx(css.frame, frame.foreign && css.foreign, last && css.last)}>
      <span className={css.place} title={frame.file}>
        {shortPath(frame.file)}:{frame.line}
        {frame.where && <span className={css.where}> in {frame.where}</span>}
      </span>
      {frame.code && <code className={css.codeLine}>{frame.code}</code>}
    </li>
  );
}

/** An error of a node: what happened first, then where, with library internals dimmed or folded. */
export function ErrorView({ error, traceback, size }: ErrorViewProps) {
  const [all, setAll] = useState(false);
  const read = readError(error, traceback);
  const own = read.frames.filter((frame) => !frame.foreign);
  const shown = all || own.length === 0 ? read.frames : own;
  const hidden = read.frames.length - shown.length;
  if (size === "port") {
    return <span className={cx(lines.line, css.line)}>{read.message || read.kind}</span>;
  }
  return (
    <section className={cx(css.error, css[size])} aria-label="Error">
      <header className={css.head}>
        <CircleAlert size={15} aria-hidden />
        <div className={css.what}>
          <strong>{read.kind}</strong>
          {read.message && <p className={css.message}>{read.message}</p>}
        </div>
        {size === "full" && <CopyButton text={traceback || error} />}
      </header>
      {size === "full" && shown.length > 0 && (
        <ol className={css.frames}>
          {shown.map((frame, index) => (
            <FrameRow key={index} frame={frame} last={index === shown.length - 1} />
          ))}
        </ol>
      )}
      {size === "full" && (hidden > 0 || all) && own.length > 0 && (
        <Button size="sm" variant="ghost" onClick={() => setAll(!all)}>
          {all ? "Only your code" : `Show ${hidden} more from libraries`}
        </Button>
      )}
    </section>
  );
}

export function ErrorPreview({ data, size }: PreviewProps) {
  const error = isPlainObject(data) ? String(data.error ?? "") : String(data);
  const traceback = isPlainObject(data) ? String(data.traceback ?? "") : "";
  return <ErrorView error={error} traceback={traceback} size={size} />;
}
