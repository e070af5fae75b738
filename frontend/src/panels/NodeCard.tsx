import type { LibraryNode, LibraryPort } from "@/store/types";
import { portLook } from "@/canvas/portLook";
import { typeLabel } from "@/widgets/typeSpec";
import { Prose } from "@/panels/Prose";
import css from "@/panels/NodeCard.module.css";

const SHOWN = 6;

function PortList({ title, ports }: { title: string; ports: readonly LibraryPort[] }) {
  const shown = ports.filter((port) => !port.id.startsWith("_trigger"));
  if (shown.length === 0) return null;
  return (
    <div className={css.ports}>
      <span className={css.title}>{title}</span>
      {shown.slice(0, SHOWN).map((port) => (
        <span key={port.id} className={css.port}>
          <i className={css.dot} style={{ background: portLook(port.type).colour }} aria-hidden />
          {port.name}
          <span className={css.type}>{typeLabel(port.type)}</span>
        </span>
      ))}
      {shown.length > SHOWN && <span className={css.type}>and {shown.length - SHOWN} more</span>}
    </div>
  );
}

/** What a node class does and takes, for a hint beside the library. */
export function NodeCard({ node }: { node: LibraryNode }) {
  return (
    <div className={css.card}>
      <strong className={css.name}>{node.name}</strong>
      <p className={css.text}><Prose text={node.description || "No description."} /></p>
      <PortList title="In" ports={node.inputs} />
      <PortList title="Out" ports={node.outputs} />
      <code className={css.id}>{node.nodeId}</code>
    </div>
  );
}
