import { useMemo, useRef, useState } from "react";
import { Library as LibraryIcon, SearchX } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { favourites, library, recent, toggleFavourite } from "@/store/library";
import type { Library as LibraryRecord } from "@/store/types";
import { connection } from "@/store/workers";
import { LibraryTree } from "@/panels/LibraryTree";
import { libraryRows } from "@/panels/libraryRows";
import { EmptyState } from "@/ui/EmptyState";
import { SearchField } from "@/ui/TextField";
import css from "@/panels/Library.module.css";

const OPEN_KEY = "funcnodes.openShelves";

/** The shelves that the user has left open; null for one who has not opened or closed any yet. */
function storedOpen(): ReadonlySet<string> | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(OPEN_KEY) ?? "null");
    return Array.isArray(value) ? new Set(value.filter((item) => typeof item === "string")) : null;
  } catch {
    return null; // somebody else's text under our key
  }
}

/** A library of one or two shelves is shown opened, so that a newcomer sees what there is. */
const OPEN_AT_MOST = 2;

function useOpenShelves(held: LibraryRecord) {
  const [stored, setStored] = useState(storedOpen);
  const roots = held.shelves.length <= OPEN_AT_MOST ? held.shelves.map((shelf) => `/${shelf.name}`) : [];
  const open = useMemo(() => stored ?? new Set(roots), [stored, roots.join("\n")]);
  function toggle(key: string, isOpen: boolean): void {
    const next = new Set(open);
    if (isOpen) next.add(key);
    else next.delete(key);
    setStored(next);
    localStorage.setItem(OPEN_KEY, JSON.stringify([...next]));
  }
  return [open, toggle] as const;
}

function Nothing({ query }: { query: string }) {
  const state = useCell(connection);
  if (query !== "") {
    return (
      <EmptyState icon={<SearchX size={22} />} title={`Nothing matches “${query}”`}>
        Search looks at names, ids and descriptions.
      </EmptyState>
    );
  }
  return state === "open" ? (
    <EmptyState icon={<LibraryIcon size={22} />} title="This worker offers no nodes">
      Install a module with nodes into its environment, such as funcnodes itself.
    </EmptyState>
  ) : (
    <EmptyState icon={<LibraryIcon size={22} />} title="No library yet">
      It comes with the connection to a worker.
    </EmptyState>
  );
}

/** Every node class that can be added: search, favourites, recent ones, and the tree of shelves. */
export function Library({ onAdd }: { onAdd: (nodeId: string) => void }) {
  const held = useCell(library);
  const liked = useCell(favourites);
  const used = useCell(recent);
  const [query, setQuery] = useState("");
  const [open, toggle] = useOpenShelves(held);
  const panel = useRef<HTMLElement>(null);
  const rows = useMemo(
    () => libraryRows(held, { query, open, favourites: liked, recent: used }),
    [held, query, open, liked, used],
  );
  const firstNode = rows.find((row) => row.kind === "node");
  const find = (selector: string) => panel.current?.querySelector<HTMLElement>(selector);

  return (
    <section ref={panel} className={css.panel} aria-label="Library">
      <div className={css.search}>
        <SearchField
          value={query}
          onChange={setQuery}
          placeholder="Search nodes"
          aria-label="Search nodes"
          data-library-search
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") {
              event.preventDefault();
              find('[role="treeitem"][tabindex="0"]')?.focus();
            } else if (event.key === "Enter" && query !== "" && firstNode) {
              onAdd(firstNode.node.nodeId);
              event.currentTarget.select(); // the next search replaces this one
            }
          }}
        />
      </div>
      {rows.length === 0 ? (
        <Nothing query={query.trim()} />
      ) : (
        <LibraryTree
          rows={rows}
          favourites={liked}
          onAdd={onAdd}
          onToggle={toggle}
          onFavourite={toggleFavourite}
          onLeave={() => find("input")?.focus()}
        />
      )}
      <p className={css.help}>Drag a node onto the canvas, or press Enter</p>
    </section>
  );
}
