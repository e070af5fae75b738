import { type ReactNode, useId, useState } from "react";
import { ChevronRight } from "lucide-react";
import { cx } from "@/ui/cx";
import css from "@/panels/Section.module.css";

export interface SectionProps {
  title: ReactNode;
  /** Controls at the right of the title. */
  actions?: ReactNode;
  /** Folded at first; undefined for a section that cannot be folded. */
  folded?: boolean;
  children: ReactNode;
}

/** A titled part of a panel. */
export function Section({ title, actions, folded, children }: SectionProps) {
  const [open, setOpen] = useState(folded !== true);
  const id = useId();
  return (
    <section className={css.section} aria-labelledby={id}>
      <header className={css.head}>
        <h3 id={id} className={css.title}>
          {folded === undefined ? (
            title
          ) : (
            <button type="button" className={css.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
              <ChevronRight size={13} className={cx(css.chevron, open && css.open)} aria-hidden />
              {title}
            </button>
          )}
        </h3>
        {actions}
      </header>
      {open && children}
    </section>
  );
}
