import { useState } from "react";
import { Copy, Play, Trash2 } from "lucide-react";
import { notify } from "@/store/ui";
import { Dialogs } from "@/panels/Dialogs";
import {
  Button,
  ConfirmDialog,
  ContextMenu,
  EmptyState,
  Field,
  IconButton,
  Kbd,
  Menu,
  type MenuEntry,
  Popover,
  Progress,
  SearchField,
  StatusDot,
  Switch,
  Tabs,
  TextField,
} from "@/ui";
import css from "./gallery.module.css";

const ITEMS: MenuEntry[] = [
  { label: "Run", icon: <Play size={14} />, keys: "Ctrl+Enter" },
  { label: "Copy", icon: <Copy size={14} />, keys: "Ctrl+C" },
  { label: "Snap to grid", checked: true },
  { label: "Align", items: [{ label: "Left" }, { label: "Top" }] },
  "---",
  { caption: "Danger" },
  { label: "Delete", icon: <Trash2 size={14} />, keys: "Del", danger: true },
  { label: "Not now", disabled: true },
];

const STATES = ["idle", "waiting", "running", "done", "failed", "muted", "stale"] as const;

export function Primitives() {
  const [asking, setAsking] = useState(false);
  const [on, setOn] = useState(true);
  const [query, setQuery] = useState("linear");
  return (
    <div className={css.primitives}>
      <div className={css.line}>
        <Button variant="primary">Create</Button>
        <Button>Cancel</Button>
        <Button variant="ghost">Quiet</Button>
        <Button variant="danger">Delete</Button>
        <Button icon={<Play size={12} />} size="sm">
          Run
        </Button>
        <Button busy>Working</Button>
        <Button disabled>Disabled</Button>
        <IconButton label="Copy" keys="Ctrl+C">
          <Copy size={15} />
        </IconButton>
        <IconButton label="Pressed" pressed>
          <Copy size={15} />
        </IconButton>
      </div>
      <div className={css.line}>
        <TextField placeholder="Name" />
        <TextField value="bad" readOnly error="There is a worker of that name" />
        <SearchField value={query} onChange={setQuery} placeholder="Search" />
        <Field label="Labelled" help="A line of help.">
          <TextField defaultValue="value" />
        </Field>
      </div>
      <div className={css.line}>
        <Switch checked={on} onChange={setOn} label="Switch" />
        <Switch checked={!on} onChange={() => setOn(!on)} label="Switch" size="sm" />
        <Kbd keys="Ctrl+Shift+Z" />
        {STATES.map((state) => (
          <StatusDot key={state} status={state} />
        ))}
      </div>
      <div className={css.line} style={{ width: 300 }}>
        <div style={{ flex: 1 }}>
          <Progress value={0.4} label="some" />
        </div>
        <div style={{ flex: 1 }}>
          <Progress value={null} label="unknown" />
        </div>
      </div>
      <div className={css.line}>
        <Menu trigger={<Button data-open="menu">Menu</Button>} items={ITEMS} />
        <Popover trigger={<Button>Popover</Button>}>Anything can be in here.</Popover>
        <Button onClick={() => setAsking(true)}>Ask</Button>
        <Button onClick={() => notify("error", "ValueError: expected int, got str", "Traceback ...")}>Error notice</Button>
        <Button onClick={() => notify("ok", "Saved")}>Notice</Button>
        <ContextMenu items={ITEMS}>
          <div className={css.target}>right click here</div>
        </ContextMenu>
      </div>
      <div className={css.side} style={{ height: 180 }}>
        <Tabs
          label="Tabs"
          tabs={[
            { id: "a", label: "Properties", content: <EmptyState title="Nothing selected">Select a node to see its values.</EmptyState> },
            { id: "b", label: "History", badge: 12, content: "b" },
          ]}
        />
      </div>
      <ConfirmDialog open={asking} onOpenChange={setAsking} title="Delete Spectra?" confirm="Delete worker" danger onConfirm={() => undefined}>
        Its graph, its files and its environment are removed from disk.
      </ConfirmDialog>
      <Dialogs />
    </div>
  );
}
