import { Play } from "lucide-react";
import { selectNodes } from "@/canvas/flow";
import { useCell, useNode } from "@/lib/hooks";
import { triggerNode } from "@/store/intents";
import { viewedError } from "@/store/ui";
import { ErrorView } from "@/previews/ErrorPreview";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

/** The error of one node with its traceback; says so when the node recovers while it is open. */
export function ErrorDialog() {
  const id = useCell(viewedError);
  const node = useNode(id ?? "");
  const close = () => viewedError.set(null);
  return (
    <Dialog
      open={node !== undefined}
      onOpenChange={(open) => !open && close()}
      size="lg"
      title={node ? `${node.name} failed` : ""}
      footer={
        node && (
          <>
            <Button
              onClick={() => {
                selectNodes([node.id]);
                close();
              }}
            >
              Select the node
            </Button>
            <Button icon={<Play size={13} />} onClick={() => void triggerNode(node.id)}>
              Run again
            </Button>
          </>
        )
      }
    >
      {node?.error ? (
        <ErrorView error={node.error.error} traceback={node.error.traceback} size="full" />
      ) : (
        <p>It runs without an error now.</p>
      )}
    </Dialog>
  );
}
