import css from "@/panels/Prose.module.css";

/** A line of documentation: what stands between backticks is code. */
export function Prose({ text }: { text: string }) {
  return text.split(/(`[^`\n]+`)/).map((part, at) =>
    part.length > 2 && part.startsWith("`") && part.endsWith("`") ? (
      <code key={at} className={css.code}>
        {part.slice(1, -1)}
      </code>
    ) : (
      <span key={at}>{part}</span>
    ),
  );
}
