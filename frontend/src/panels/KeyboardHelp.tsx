import { Dialog } from "@/ui/Dialog";
import { Kbd } from "@/ui/Kbd";
import css from "@/panels/KeyboardHelp.module.css";

interface Keys {
  /** Each alternative as `Ctrl+Z`. */
  keys: string[];
  does: string;
}

const PARTS: { title: string; keys: Keys[] }[] = [
  {
    title: "Nodes",
    keys: [
      { keys: ["Space", "Tab"], does: "Add a node at the pointer" },
      { keys: ["Ctrl+Enter"], does: "Run the selection" },
      { keys: ["M"], does: "Mute or unmute" },
      { keys: ["H"], does: "Fold or unfold" },
      { keys: ["Del"], does: "Delete" },
      { keys: ["Ctrl+G"], does: "Group" },
      { keys: ["Ctrl+Shift+G"], does: "Ungroup" },
    ],
  },
  {
    title: "Edit",
    keys: [
      { keys: ["Ctrl+Z"], does: "Undo" },
      { keys: ["Ctrl+Shift+Z", "Ctrl+Y"], does: "Redo" },
      { keys: ["Ctrl+C"], does: "Copy" },
      { keys: ["Ctrl+X"], does: "Cut" },
      { keys: ["Ctrl+V"], does: "Paste at the pointer" },
      { keys: ["Ctrl+D"], does: "Duplicate" },
      { keys: ["Ctrl+A"], does: "Select all" },
    ],
  },
  {
    title: "View",
    keys: [
      { keys: ["F"], does: "Fit the graph into view" },
      { keys: ["+"], does: "Zoom in" },
      { keys: ["-"], does: "Zoom out" },
      { keys: ["Ctrl+B"], does: "Library" },
      { keys: ["Ctrl+I"], does: "Properties" },
      { keys: ["Up", "Down", "Left", "Right"], does: "Move the selection" },
      { keys: ["Esc"], does: "Select nothing" },
      { keys: ["?"], does: "This list" },
    ],
  },
  {
    title: "In a field",
    keys: [
      { keys: ["Enter"], does: "Keep the value" },
      { keys: ["Esc"], does: "Back to what it was" },
      { keys: ["Up", "Down"], does: "One step more or less" },
      { keys: ["Shift+Up", "Shift+Down"], does: "Ten steps" },
      { keys: ["Shift+Enter"], does: "A new line of text" },
    ],
  },
];

/** Every key of the editor. */
export function KeyboardHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} size="lg" title="Keyboard">
      <div className={css.parts}>
        {PARTS.map((part) => (
          <section key={part.title}>
            <h3 className={css.title}>{part.title}</h3>
            <dl className={css.list}>
              {part.keys.map(({ keys, does }) => (
                <div key={does} className={css.row}>
                  <dt>{does}</dt>
                  <dd>
                    {keys.map((key) => (
                      <Kbd key={key} keys={key} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
