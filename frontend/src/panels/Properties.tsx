import { Group, MousePointerClick, Play, Trash2 } from "lucide-react";
import { deleteSelection, groupSelection } from "@/canvas/actions";
import { selectNodes } from "@/canvas/flow";
import { useCell, useEdge, useNode } from "@/lib/hooks";
import { disconnect, triggerNode } from "@/store/intents";
import { type Selection, selection } from "@/store/selection";
import { GroupProperties } from "@/panels/GroupProperties";
import { NodeProperties } from "@/panels/NodeProperties";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { StatusDot } from "@/ui/StatusDot";
import css from "@/panels/Properties.module.css";

function NodeLine({ id }: { id: string }) {
  const node = useNode(id);
  if (node === undefined) return null;
  return (
    <li>
      <button type="button" className={css.nodeLine} onClick={() => selectNodes([id])}>
        <span>{node.name}</span>
        <StatusDot status={node.status} word={false} />
      </button>
    </li>
  );
}

function Several({ chosen }: { chosen: Selection }) {
  return (
    <div>
      <header className={css.head}>
        <h2 className={css.title}>{chosen.nodes.length} nodes</h2>
      </header>
      <div className={css.actions}>
        <Button size="sm" icon={<Play size={11} />} onClick={() => chosen.nodes.forEach((id) => void triggerNode(id))}>
          Run
        </Button>
        <Button size="sm" icon={<Group size={12} />} onClick={() => void groupSelection()}>
          Group
        </Button>
        <Button size="sm" variant="danger" icon={<Trash2 size={12} />} onClick={() => void deleteSelection()}>
          Delete
        </Button>
      </div>
      <ul className={css.nodes}>
        {chosen.nodes.map((id) => (
          <NodeLine key={id} id={id} />
        ))}
      </ul>
    </div>
  );
}

function Wire({ id }: { id: string }) {
  const edge = useEdge(id);
  const from = useNode(edge?.src ?? "");
  const to = useNode(edge?.dst ?? "");
  if (!edge) return null;
  return (
    <div>
      <header className={css.head}>
        <h2 className={css.title}>Wire</h2>
      </header>
      <dl className={css.wire}>
        <dt>From</dt>
        <dd>
          {from?.name} <span>{edge.srcIo}</span>
        </dd>
        <dt>To</dt>
        <dd>
          {to?.name} <span>{edge.dstIo}</span>
        </dd>
      </dl>
      <div className={css.actions}>
        <Button size="sm" variant="danger" onClick={() => void disconnect(edge)}>
          Disconnect
        </Button>
      </div>
    </div>
  );
}

function Content({ chosen }: { chosen: Selection }) {
  const [node] = chosen.nodes;
  const [group] = chosen.groups;
  const [edge] = chosen.edges;
  if (chosen.nodes.length > 1) return <Several chosen={chosen} />;
  if (node !== undefined) return <NodeProperties key={node} id={node} />;
  if (group !== undefined) return <GroupProperties key={group} id={group} />;
  if (edge !== undefined) return <Wire key={edge} id={edge} />;
  return (
    <EmptyState icon={<MousePointerClick size={22} />} title="Nothing selected">
      Select a node to see and change its values here.
    </EmptyState>
  );
}

/** The selection: one node with its ports, a group, a wire, or several nodes. */
export function Properties() {
  const chosen = useCell(selection);
  return (
    <section className={css.panel} aria-label="Properties">
      <Content chosen={chosen} />
    </section>
  );
}
