import { Ellipsis, Keyboard, Radio, Settings2 } from "lucide-react";
import { openDialog } from "@/panels/dialogs";
import { IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";

/** What concerns the editor itself, and what lives beside the graph. */
export function MoreMenu() {
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="More">
          <Ellipsis size={16} />
        </IconButton>
      }
      items={[
        { label: "External workers…", icon: <Radio size={14} />, onSelect: () => openDialog.set("externals") },
        { label: "Keyboard", keys: "?", icon: <Keyboard size={14} />, onSelect: () => openDialog.set("keys") },
        { label: "Settings…", icon: <Settings2 size={14} />, onSelect: () => openDialog.set("settings") },
      ]}
    />
  );
}
