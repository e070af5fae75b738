import type { ReactNode } from "react";
import { AddNode } from "@/panels/AddNode";
import { Dialogs } from "@/panels/Dialogs";
import { GroupProperties } from "@/panels/GroupProperties";
import { History } from "@/panels/History";
import { Library } from "@/panels/Library";
import { Log } from "@/panels/Log";
import { MoreMenu } from "@/panels/MoreMenu";
import { NodeProperties } from "@/panels/NodeProperties";
import { Properties } from "@/panels/Properties";
import { WorkerMenu } from "@/panels/WorkerMenu";
import { notify } from "@/store/ui";
import css from "./gallery.module.css";

function Frame({ title, children, tall }: { title: string; children: ReactNode; tall?: boolean }) {
  return (
    <div className={css.frame} data-panel={title}>
      <span className={css.caption}>{title}</span>
      <div className={tall ? css.tall : css.side}>{children}</div>
    </div>
  );
}

const added = (id: string) => notify("ok", `Added ${id}`);

export function Panels() {
  return (
    <div className={css.panels}>
      <Frame title="library">
        <Library onAdd={added} />
      </Frame>
      {["filter", "fail", "run", "lost", "csv"].map((id) => (
        <Frame key={id} title={`properties ${id}`} tall={id === "filter" || id === "csv"}>
          <NodeProperties id={id} />
        </Frame>
      ))}
      <Frame title="group">
        <GroupProperties id="g" />
      </Frame>
      <Frame title="nothing">
        <Properties />
      </Frame>
      <Frame title="history">
        <History />
      </Frame>
      <Frame title="log">
        <Log />
      </Frame>
      <div>
        <span className={css.caption}>menus</span>
        <WorkerMenu /> <MoreMenu />
        <div style={{ marginTop: 12 }}>
          <AddNode onChoose={added} onClose={() => undefined} />
        </div>
        <div style={{ marginTop: 12 }} data-panel="fitting">
          <AddNode fitting={{ type: "float", direction: "feeds" }} onChoose={added} onClose={() => undefined} />
        </div>
      </div>
      <Dialogs />
    </div>
  );
}
