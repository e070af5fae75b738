import type { Json, PortRecord } from "@/store/types";

export interface ChangeOptions {
  /** Changes of one gesture (typing, dragging) become one step of undo. */
  gesture?: string;
}

export interface WidgetProps {
  port: PortRecord;
  /** What the port holds, in wire form; NO_VALUE when nothing. */
  value: Json;
  disabled?: boolean;
  /** `sm` fits a row of a node, `md` a panel. */
  size?: "sm" | "md";
  /** Called with every value to send: a few times while typing or dragging, and once at the end. */
  onChange: (value: Json, options: ChangeOptions) => void;
  /** The editing is over: the field was left, Enter was pressed or the handle let go. */
  onCommit?: () => void;
  /** Id for a label elsewhere to point at. */
  id?: string;
}
