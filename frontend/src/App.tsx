/** The editor: header, library, canvas, properties, and the dialogs over them. */

import { ReactFlowProvider } from "@xyflow/react";
import { AddSearch } from "@/canvas/AddSearch";
import { Canvas } from "@/canvas/Canvas";
import { useAddAtCentre } from "@/canvas/useAddAtCentre";
import { useCell } from "@/lib/hooks";
import { access, reaches } from "@/store/access";
import { libraryOpen, propertiesOpen } from "@/store/ui";
import { Banner } from "@/shell/Banner";
import { EmptyCanvas } from "@/shell/EmptyCanvas";
import { Header } from "@/shell/Header";
import { Dialogs } from "@/panels/Dialogs";
import { Library } from "@/panels/Library";
import { SidePanel } from "@/panels/SidePanel";
import css from "@/App.module.css";

export function App() {
  return (
    <ReactFlowProvider>
      <Editor />
    </ReactFlowProvider>
  );
}

function Editor() {
  const left = useCell(libraryOpen);
  const right = useCell(propertiesOpen);
  const edits = reaches(useCell(access), "edit");
  const add = useAddAtCentre();
  return (
    <div className={css.app}>
      <Header />
      <div className={css.main}>
        {left && edits && (
          <aside className={css.left}>
            <Library onAdd={add} />
          </aside>
        )}
        <main className={css.stage}>
          <Canvas />
          <EmptyCanvas />
          <Banner />
        </main>
        {right && edits && (
          <aside className={css.right}>
            <SidePanel />
          </aside>
        )}
      </div>
      <AddSearch />
      <Dialogs />
    </div>
  );
}
