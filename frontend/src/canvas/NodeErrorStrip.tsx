/** Why a node failed, in one line; a click tells the rest. */

import { CircleAlert } from "lucide-react";
import type { NodeError } from "@/store/types";
import { viewedError } from "@/store/ui";
import css from "@/canvas/NodeErrorStrip.module.css";

export function NodeErrorStrip({ id, error }: { id: string; error: NodeError }) {
  return (
    <button
      type="button"
      className={`${css.strip} nodrag`}
      title="Show the traceback"
      onClick={() => viewedError.set(id)}
      data-error
    >
      <CircleAlert size={13} aria-hidden />
      <span className={css.text}>{error.error}</span>
    </button>
  );
}
