import { ToggleGroup } from "radix-ui";
import { Monitor, Moon, Sun } from "lucide-react";
import { useCell } from "@/lib/hooks";
import { type ThemeChoice, setTheme, theme } from "@/store/ui";
import { Dialog } from "@/ui/Dialog";
import css from "@/panels/Settings.module.css";

const THEMES: { id: ThemeChoice; label: string; Icon: typeof Sun }[] = [
  { id: "system", label: "System", Icon: Monitor },
  { id: "light", label: "Light", Icon: Sun },
  { id: "dark", label: "Dark", Icon: Moon },
];

/** Settings of this browser. */
export function Settings({ open, onClose }: { open: boolean; onClose: () => void }) {
  const chosen = useCell(theme);
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} size="sm" title="Settings">
      <div className={css.row}>
        <div>
          <strong>Theme</strong>
          <p>Light, dark, or as the system has it.</p>
        </div>
        <ToggleGroup.Root
          type="single"
          className={css.group}
          aria-label="Theme"
          value={chosen}
          onValueChange={(next) => next && setTheme(next as ThemeChoice)}
        >
          {THEMES.map(({ id, label, Icon }) => (
            <ToggleGroup.Item key={id} value={id} className={css.option}>
              <Icon size={14} aria-hidden />
              {label}
            </ToggleGroup.Item>
          ))}
        </ToggleGroup.Root>
      </div>
    </Dialog>
  );
}
