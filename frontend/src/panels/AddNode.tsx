import { useMemo, useState } from "react";
import { Command } from "cmdk";
import { SearchX } from "lucide-react";
import { portLook } from "@/canvas/portLook";
import { useCell } from "@/lib/hooks";
import { favourites, library, recent } from "@/store/library";
import { Marked } from "@/panels/Marked";
import { type Fitting, type Hit, flatten, searchLibrary } from "@/panels/librarySearch";
import type { LibraryNode } from "@/store/types";
import { EmptyState } from "@/ui/EmptyState";
import { Kbd } from "@/ui/Kbd";
import { typeLabel } from "@/widgets/typeSpec";
import css from "@/panels/AddNode.module.css";

const SHOWN = 60;

export interface AddNodeProps {
  /** The loose end of a wire: only nodes that it can be connected to are offered. */
  fitting?: Fitting | null;
  onChoose: (nodeId: string) => void;
  onClose: () => void;
}

function Row({ hit, onChoose }: { hit: Hit<LibraryNode>; onChoose: (nodeId: string) => void }) {
  const { entry } = hit;
  const port = entry.outputs.find((output) => !output.id.startsWith("_trigger"));
  return (
    <Command.Item value={entry.nodeId} className={css.row} onSelect={() => onChoose(entry.nodeId)}>
      <i className={css.dot} style={{ background: port ? portLook(port.type).colour : "var(--port-any)" }} aria-hidden />
      <span className={css.name}>
        <Marked text={entry.name} marks={hit.marks} />
      </span>
      <span className={css.description}>{entry.description.split("\n")[0]}</span>
      <span className={css.path}>{entry.path[entry.path.length - 1]}</span>
    </Command.Item>
  );
}

/** Search-to-add: type, press Enter, and the node is there. */
export function AddNode({ fitting = null, onChoose, onClose }: AddNodeProps) {
  const held = useCell(library);
  const liked = useCell(favourites);
  const used = useCell(recent);
  const [query, setQuery] = useState("");
  const entries = useMemo(() => flatten(held.shelves), [held]);
  const hits = useMemo(
    () => searchLibrary(entries, query, { fitting, favourites: liked, recent: used, limit: SHOWN }),
    [entries, query, fitting, liked, used],
  );
  const way = fitting?.direction === "feeds" ? "that take" : "that give";
  return (
    <Command
      label="Add a node"
      shouldFilter={false}
      loop
      className={css.palette}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Command.Input
        autoFocus
        className={css.input}
        placeholder={fitting ? `Nodes ${way} ${typeLabel(fitting.type)}` : "Add a node"}
        value={query}
        onValueChange={setQuery}
      />
      <Command.List className={css.list}>
        <Command.Empty>
          <EmptyState icon={<SearchX size={20} />} title="Nothing matches">
            {fitting ? `No such node ${way === "that take" ? "takes" : "gives"} ${typeLabel(fitting.type)}.` : ""}
          </EmptyState>
        </Command.Empty>
        {hits.map((hit) => (
          <Row key={hit.entry.nodeId} hit={hit} onChoose={onChoose} />
        ))}
      </Command.List>
      <footer className={css.foot}>
        <Kbd keys="up" /> <Kbd keys="down" /> choose <Kbd keys="Enter" /> add <Kbd keys="Esc" /> close
      </footer>
    </Command>
  );
}
