/** The frame around the nodes of a group; its head moves all of them. */

import { memo, useState } from "react";
import { Ellipsis } from "lucide-react";
import type { NodeProps } from "@xyflow/react";
import { GROUP_COLOURS, groupColour } from "@/canvas/groupColours";
import { useGroup } from "@/lib/hooks";
import { selectNodes } from "@/canvas/flow";
import { membersOf } from "@/store/graph";
import { removeGroup, removeNodes, updateGroup } from "@/store/intents";
import type { GroupRecord } from "@/store/types";
import { Menu, type MenuEntry } from "@/ui";
import { cx } from "@/ui/cx";
import css from "@/canvas/GroupFrame.module.css";

export const GroupFrame = memo(function GroupFrame({ id, selected }: NodeProps) {
  const group = useGroup(id.slice("group:".length));
  const [draft, setDraft] = useState<string | null>(null);
  if (group === undefined) return null;
  const keep = () => {
    setDraft(null);
    if (draft !== null && draft.trim() !== group.name) void updateGroup(group.id, { name: draft.trim() });
  };
  return (
    <section
      className={cx(css.frame, selected && css.selected)}
      style={{ "--tint": groupColour(group.colour) } as React.CSSProperties}
      aria-label={`Group ${group.name}`}
    >
      <header className={cx(css.head, "group-handle")} onDoubleClick={() => setDraft(group.name)}>
        {draft === null ? (
          <span className={css.name}>{group.name || "Group"}</span>
        ) : (
          <input
            className={cx(css.rename, "nodrag")}
            value={draft}
            aria-label="Name of the group"
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={keep}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === "Enter") keep();
              if (event.key === "Escape") setDraft(null);
            }}
          />
        )}
        <Menu
          align="end"
          trigger={
            <button type="button" className={cx(css.more, "nodrag")} aria-label="Group menu">
              <Ellipsis size={14} />
            </button>
          }
          items={entries(group, () => setDraft(group.name))}
        />
      </header>
    </section>
  );
});

function entries(group: GroupRecord, rename: () => void): MenuEntry[] {
  return [
    // After the menu has given the focus back, else the field would lose it at once.
    { label: "Rename", onSelect: () => setTimeout(rename, 30) },
    {
      label: "Colour",
      items: GROUP_COLOURS.map(({ name, value }) => ({
        label: name,
        icon: <span className={css.swatch} style={{ background: groupColour(value) }} />,
        onSelect: () => void updateGroup(group.id, { colour: value }),
      })),
    },
    { label: "Select members", onSelect: () => selectNodes(membersOf(group.id)) },
    "---",
    { label: "Ungroup", keys: "Ctrl+Shift+G", onSelect: () => void removeGroup(group.id) },
    { label: "Delete with its nodes", danger: true, onSelect: () => void removeNodes(membersOf(group.id)) },
  ];
}
