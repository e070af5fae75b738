import type { ReactNode } from "react";
import { Play, Square } from "lucide-react";
import { duration } from "@/lib/format";
import { useCell, useNode } from "@/lib/hooks";
import { describeNode, renameNode, setNodeMode, setResetInputs, setRetries, setTimeLimit, stopNode, triggerNode } from "@/store/intents";
import { externals, ownerOf } from "@/store/externals";
import { library } from "@/store/library";
import { type NodeMode, type NodeRecord, portKey } from "@/store/types";
import { viewedError } from "@/store/ui";
import { ErrorView } from "@/previews/ErrorPreview";
import { openDialog } from "@/panels/dialogs";
import { EditableText } from "@/panels/EditableText";
import { NodeLog } from "@/panels/NodeLog";
import { PortEditor } from "@/panels/PortEditor";
import { Section } from "@/panels/Section";
import { Button } from "@/ui/Button";
import { Progress } from "@/ui/Progress";
import { StatusDot, statusWord } from "@/ui/StatusDot";
import { Switch } from "@/ui/Switch";
import { formatJson } from "@/widgets/literal";
import css from "@/panels/Properties.module.css";

const TRIGGERS: ReadonlySet<string> = new Set(["_triggerinput", "_triggeroutput"]);
const MODES: { mode: NodeMode; label: string }[] = [
  { mode: "active", label: "Active" },
  { mode: "muted", label: "Muted" },
  { mode: "bypassed", label: "Bypassed" },
];

function Head({ node }: { node: NodeRecord }) {
  const known = useCell(library).byId[node.nodeId];
  const running = node.status === "running";
  const time = node.durationS === null || running ? "" : ` in ${duration(node.durationS)}`;
  return (
    <header className={css.head}>
      <EditableText heading required label="Name of the node" value={node.name} onChange={(name) => void renameNode(node.id, name)} />
      <p className={css.class}>{known?.name ?? node.nodeId}</p>
      <div className={css.state}>
        <StatusDot status={node.status} word={statusWord(node.status) + (node.status === "done" ? time : "")} />
        <Button
          size="sm"
          icon={running ? <Square size={11} /> : <Play size={11} />}
          disabled={node.placeholder}
          onClick={() => void (running ? stopNode(node.id) : triggerNode(node.id))}
        >
          {running ? "Stop" : "Run"}
        </Button>
      </div>
      {node.progress && running && (
        <div className={css.progress}>
          <Progress value={node.progress.progress} label="Progress" />
          <span>{node.progress.message}</span>
        </div>
      )}
      {node.placeholder && <Absence nodeId={node.nodeId} />}
    </header>
  );
}

/** Why a node is a placeholder, and the way out. */
function Absence({ nodeId }: { nodeId: string }) {
  const owner = ownerOf(nodeId, useCell(externals));
  return owner?.missing === false ? (
    <p className={css.warning}>
      The external worker {owner.name} is stopped. The node keeps its values and wires until it runs.{" "}
      <button type="button" className={css.link} onClick={() => openDialog.set("externals")}>External workers</button>
    </p>
  ) : (
    <p className={css.warning}>
      The module of {nodeId} is not installed in this worker. The node keeps its values and wires until it
      is. <button type="button" className={css.link} onClick={() => openDialog.set("missing")}>How to get it</button>
    </p>
  );
}

function Problem({ node }: { node: NodeRecord }) {
  if (!node.error || node.status === "stopped") return null;
  return (
    <div className={css.problem}>
      <ErrorView error={node.error.error} traceback={node.error.traceback} size="body" />
      {node.error.traceback && (
        <Button size="sm" variant="ghost" onClick={() => viewedError.set(node.id)}>
          Show where it happened
        </Button>
      )}
    </div>
  );
}

function Ports({ node, ids, isInput, title }: { node: NodeRecord; ids: string[]; isInput: boolean; title: string }) {
  const shown = ids.filter((id) => !TRIGGERS.has(id));
  if (shown.length === 0) return null;
  return (
    <Section title={title}>
      {shown.map((id) => (
        <PortEditor key={id} portKey={portKey(node.id, id, isInput)} />
      ))}
    </Section>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={css.row}>
      <span className={css.label}>{label}</span>
      <span className={css.detail}>{children}</span>
    </div>
  );
}

function Details({ node }: { node: NodeRecord }) {
  const rendered = Object.keys(node.renderOptions).length > 0;
  return (
    <Section title="Details" folded>
      <Row label="Mode">
        <select
          className={css.select}
          aria-label="Mode"
          value={node.mode}
          onChange={(event) => void setNodeMode(node.id, event.target.value as NodeMode)}
        >
          {MODES.map(({ mode, label }) => (
            <option key={mode} value={mode}>
              {label}
            </option>
          ))}
        </select>
      </Row>
      <Row label="Reset inputs after a run">
        <Switch
          size="sm"
          label="Reset inputs after a run"
          checked={node.resetInputsOnTrigger}
          onChange={(on) => void setResetInputs(node.id, on)}
        />
      </Row>
      <Row label="Time limit (s)">
        <EditableText
          label="Time limit in seconds"
          placeholder="None"
          value={node.timeoutS === null ? "" : String(node.timeoutS)}
          onChange={(text) => void setTimeLimit(node.id, text)}
        />
      </Row>
      <Row label="Retries">
        <EditableText
          label="Retries of a failed run"
          placeholder="None"
          value={node.retries === 0 ? "" : String(node.retries)}
          onChange={(text) => void setRetries(node.id, text)}
        />
      </Row>
      <Row label="Class">
        <code className={css.code}>{node.nodeId}</code>
      </Row>
      <Row label="Id">
        <code className={css.code}>{node.id}</code>
      </Row>
      {rendered && (
        <Row label="Display">
          <code className={css.code}>{formatJson(node.renderOptions)}</code>
        </Row>
      )}
    </Section>
  );
}

/** Everything about one node. */
export function NodeProperties({ id }: { id: string }) {
  const node = useNode(id);
  const known = useCell(library).byId[node?.nodeId ?? ""];
  if (node === undefined) return null;
  return (
    <div key={id}>
      <Head node={node} />
      <Problem node={node} />
      <div className={css.notes}>
        <EditableText
          multiline
          label="Description"
          placeholder={known?.description.split("\n")[0] || "Add a description"}
          value={node.description}
          onChange={(text) => void describeNode(node.id, text)}
        />
      </div>
      <Ports node={node} ids={node.inputs} isInput title="Inputs" />
      <Ports node={node} ids={node.outputs} isInput={false} title="Outputs" />
      <NodeLog id={id} />
      <Details node={node} />
    </div>
  );
}
