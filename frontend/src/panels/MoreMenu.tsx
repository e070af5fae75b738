import { Ellipsis, Keyboard, Radio, Settings2, Share2 } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { access, reaches } from "@/store/access";
import { openDialog } from "@/panels/dialogs";
import { IconButton } from "@/ui/Button";
import { Menu } from "@/ui/Menu";

/** What concerns the editor itself, and what lives beside the graph. */
export function MoreMenu() {
  const allowed = useCell(access);
  const whole = allowed.share === "";
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="More">
          <Ellipsis size={16} />
        </IconButton>
      }
      items={[
        ...(whole ? [{ label: "Share…", icon: <Share2 size={14} />, onSelect: () => openDialog.set("share") }] : []),
        ...(reaches(allowed, "edit")
          ? [{ label: "External workers…", icon: <Radio size={14} />, onSelect: () => openDialog.set("externals") }]
          : []),
        { label: "Keyboard", keys: "?", icon: <Keyboard size={14} />, onSelect: () => openDialog.set("keys") },
        { label: "Settings…", icon: <Settings2 size={14} />, onSelect: () => openDialog.set("settings") },
      ]}
    />
  );
}
