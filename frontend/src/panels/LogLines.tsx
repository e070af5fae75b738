import { useLayoutEffect, useRef } from "react";
import { selectNodes } from "@/canvas/flow";
import { nodes } from "@/store/graph";
import type { LogLine } from "@/protocol/wire";
import { lineTime } from "@/panels/logLines";
import { cx } from "@/ui/cx";
import css from "@/panels/Log.module.css";

/** As close to the end as this counts as being there. */
const END_PX = 24;

function Source({ node }: { node: string }) {
  const name = nodes.get(node)?.name;
  if (name === undefined) return <span className={css.gone}>removed node</span>;
  return (
    <button type="button" className={css.node} onClick={() => selectNodes([node])} title={`Select ${name}`}>
      {name}
    </button>
  );
}

export interface LogLinesProps {
  lines: readonly LogLine[];
  label: string;
  /** Where each line comes from, where they come from several nodes. */
  sources?: boolean;
  className?: string;
}

/** Lines of the log, the newest at the end; who looks at the end keeps seeing it. */
export function LogLines({ lines, label, sources = false, className }: LogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (scroller.current && atEnd.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={scroller}
      className={cx(css.lines, className)}
      tabIndex={0}
      role="log"
      aria-label={label}
      onScroll={({ currentTarget: box }) => {
        atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
      }}
    >
      {lines.map((line) => (
        <div key={line.n} className={cx(css.line, css[line.level], line.stream === "stderr" && css.stderr)}>
          <time className={css.time}>{lineTime(line.time)}</time>
          <span className={css.text}>
            {sources && line.node !== undefined && <Source node={line.node} />}
            {line.text}
          </span>
        </div>
      ))}
    </div>
  );
}
