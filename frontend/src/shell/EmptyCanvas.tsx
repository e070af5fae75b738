/** What an empty graph says: one line of help, and three graphs to start from. */

import { EXAMPLES, type Example } from "@/examples";
import { useCell, useKeys } from "@/lib/hooks";
import { access, reaches } from "@/store/access";
import { loaded, nodes } from "@/store/graph";
import { pasteNodes } from "@/store/intents";
import { library } from "@/store/library";
import { requestFit } from "@/store/ui";
import { connection } from "@/store/workers";
import { Kbd } from "@/ui";
import css from "@/shell/EmptyCanvas.module.css";

export function EmptyCanvas() {
  const count = useKeys(nodes).length;
  const known = useCell(loaded);
  const link = useCell(connection);
  const shelves = useCell(library).shelves.length;
  const edits = reaches(useCell(access), "edit");
  if (count > 0 || !known || link !== "open" || !edits) return null;
  return (
    <div className={css.empty}>
      {shelves === 0 ? (
        <p className={css.help}>This worker has no nodes yet: install a module, or start a worker that has some.</p>
      ) : (
        <>
          <p className={css.help}>
            Double-click or press <Kbd keys="Space" /> to add a node, or drop a file here.
          </p>
          <div className={css.examples}>
            {EXAMPLES.map((example) => (
              <ExampleCard key={example.title} example={example} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function ExampleCard({ example }: { example: Example }) {
  const open = async () => {
    await pasteNodes(example.fragment, [0, 0]);
    requestFit();
  };
  return (
    <button type="button" className={css.example} onClick={() => void open()}>
      <Sketch example={example} />
      <span className={css.title}>{example.title}</span>
      <span className={css.text}>{example.text}</span>
    </button>
  );
}

/** The example as lines and boxes: what one gets is a graph. */
function Sketch({ example }: { example: Example }) {
  return (
    <svg className={css.sketch} viewBox="0 0 160 56" aria-hidden>
      {example.sketch.wires.map((path) => (
        <path key={path} d={path} />
      ))}
      {example.sketch.boxes.map(([x, y]) => (
        <rect key={`${x},${y}`} x={x} y={y} width="30" height="14" rx="4" />
      ))}
    </svg>
  );
}
