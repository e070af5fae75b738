import { useState } from "react";
import { History } from "@/panels/History";
import { Log } from "@/panels/Log";
import { Properties } from "@/panels/Properties";
import { Tabs } from "@/ui/Tabs";

/** The right side: the selection, what was done, and what the worker says. */
export function SidePanel() {
  const [tab, setTab] = useState("properties");
  return (
    <Tabs
      label="Side panel"
      value={tab}
      onChange={setTab}
      tabs={[
        { id: "properties", label: "Properties", content: <Properties /> },
        { id: "history", label: "History", content: <History /> },
        { id: "log", label: "Log", content: <Log /> },
      ]}
    />
  );
}
