import type { ReactNode } from "react";
import { Panels } from "./Panels";
import { Previews } from "./Previews";
import { Primitives } from "./Primitives";
import { Widgets } from "./Widgets";
import css from "./gallery.module.css";

const PAGES: Record<string, () => ReactNode> = {
  ui: () => <Primitives />,
  widgets: () => <Widgets />,
  previews: () => <Previews />,
  panels: () => <Panels />,
};

/** One page of specimens; `?page=widgets&theme=dark` chooses it, so that a script can take pictures. */
export function Gallery() {
  const asked = new URLSearchParams(location.search);
  const page = asked.get("page") ?? "widgets";
  const show = PAGES[page] ?? PAGES.widgets;
  return (
    <div className={css.gallery}>
      <nav className={css.nav}>
        {Object.keys(PAGES).map((name) => (
          <a key={name} href={`?page=${name}&theme=${asked.get("theme") ?? "light"}`} aria-current={name === page}>
            {name}
          </a>
        ))}
      </nav>
      {show?.()}
    </div>
  );
}
