import type { PortRecord } from "@/store/types";
import type { PreviewSize } from "@/previews/choose";

export interface PreviewProps {
  mime?: string | null;
  /** JSON in wire form, or bytes for binary mime types. */
  data: unknown;
  /** One line beside a port, the body of a node, or a dialog. */
  size: PreviewSize;
  port?: PortRecord;
  /** False when the worker cut the value to its budget. */
  complete?: boolean;
}
