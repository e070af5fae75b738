import { useCell } from "@/lib/hooks";
import { dismiss, notices, viewedPort } from "@/store/ui";
import { closeDialog, openDialog } from "@/panels/dialogs";
import { Externals } from "@/panels/Externals";
import { ErrorDialog } from "@/panels/ErrorDialog";
import { KeyboardHelp } from "@/panels/KeyboardHelp";
import { MissingModules } from "@/panels/MissingModules";
import { NewWorker } from "@/panels/NewWorker";
import { ShareDialog } from "@/panels/Share";
import { Settings } from "@/panels/Settings";
import { WorkersDialog } from "@/panels/WorkersDialog";
import { FullView } from "@/previews/FullView";
import { Toaster } from "@/ui/Toast";

/** Everything that can lie over the editor; mounted once. */
export function Dialogs() {
  const open = useCell(openDialog);
  const viewed = useCell(viewedPort);
  const said = useCell(notices);
  return (
    <>
      <WorkersDialog open={open === "workers"} onClose={closeDialog} />
      <NewWorker open={open === "new-worker"} onClose={closeDialog} />
      <Settings open={open === "settings"} onClose={closeDialog} />
      <KeyboardHelp open={open === "keys"} onClose={closeDialog} />
      <MissingModules open={open === "missing"} onClose={closeDialog} />
      <Externals open={open === "externals"} onClose={closeDialog} />
      <ShareDialog open={open === "share"} onClose={closeDialog} />
      <ErrorDialog />
      {viewed !== null && <FullView portKey={viewed} onClose={() => viewedPort.set(null)} />}
      <Toaster messages={said} onDismiss={dismiss} />
    </>
  );
}
