import css from "@/panels/Marked.module.css";

/** A text with the letters that a search matched. */
export function Marked({ text, marks }: { text: string; marks: readonly number[] }) {
  if (marks.length === 0) return <>{text}</>;
  const hit = new Set(marks);
  const parts: { text: string; hit: boolean }[] = [];
  [...text].forEach((char, at) => {
    const last = parts[parts.length - 1];
    if (last && last.hit === hit.has(at)) last.text += char;
    else parts.push({ text: char, hit: hit.has(at) });
  });
  return parts.map((part, at) =>
    part.hit ? (
      <mark key={at} className={css.mark}>
        {part.text}
      </mark>
    ) : (
      <span key={at}>{part.text}</span>
    ),
  );
}
