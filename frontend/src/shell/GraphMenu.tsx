/** What can be done with the graph as a whole. */

import { useRef, useState } from "react";
import { ChevronDown } from "lucide-react";
import { download, importFile } from "@/shell/files";
import { nodes } from "@/store/graph";
import { clearGraph, exportWorker, runStale, saveGraph } from "@/store/intents";
import { notify } from "@/store/ui";
import { Button, ConfirmDialog, Menu } from "@/ui";

async function save(): Promise<void> {
  if ((await saveGraph()) !== undefined) notify("ok", "Saved");
}

export function GraphMenu() {
  const picker = useRef<HTMLInputElement>(null);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost">
            Graph <ChevronDown size={13} style={{ verticalAlign: "-2px", opacity: 0.6 }} />
          </Button>
        }
        items={[
          { label: "Save a snapshot", onSelect: () => void save() },
          { label: "Open or import...", onSelect: () => picker.current?.click() },
          {
            label: "Export",
            items: [
              { label: "Graph and files (.fnw)", onSelect: () => void exportWorker(true).then(download) },
              { label: "Graph only (.fnw)", onSelect: () => void exportWorker(false).then(download) },
            ],
          },
          "---",
          { label: "Run what is out of date", onSelect: () => void runStale() },
          "---",
          { label: "Clear...", danger: true, onSelect: () => setAsking(true) },
        ]}
      />
      <input
        ref={picker}
        type="file"
        accept=".fnw,.json"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file !== undefined) void importFile(file);
        }}
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Clear the graph?"
        confirm="Clear"
        danger
        onConfirm={() => void clearGraph()}
      >
        All {nodes.size} nodes and their wires are removed. Undo brings them back.
      </ConfirmDialog>
    </>
  );
}
