import { GROUP_COLOURS } from "@/canvas/groupColours";
import { useGroup } from "@/lib/hooks";
import { membersOf } from "@/store/graph";
import { removeGroup, updateGroup } from "@/store/intents";
import { EditableText } from "@/panels/EditableText";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import css from "@/panels/Properties.module.css";

/** Name and colour of a group. */
export function GroupProperties({ id }: { id: string }) {
  const group = useGroup(id);
  if (group === undefined) return null;
  const count = membersOf(id).length;
  return (
    <div key={id}>
      <header className={css.head}>
        <EditableText
          heading
          label="Name of the group"
          placeholder="Unnamed group"
          value={group.name}
          onChange={(name) => void updateGroup(id, { name })}
        />
        <p className={css.class}>{count === 1 ? "Group of one node" : `Group of ${count} nodes`}</p>
      </header>
      <div className={css.colours} role="radiogroup" aria-label="Colour">
        {GROUP_COLOURS.map((colour) => (
          <button
            key={colour.name}
            type="button"
            role="radio"
            aria-checked={group.colour === colour.value}
            aria-label={colour.name}
            className={cx(css.colour, group.colour === colour.value && css.chosen)}
            style={{ background: colour.value || "var(--text-3)" }}
            onClick={() => void updateGroup(id, { colour: colour.value })}
          />
        ))}
      </div>
      <div className={css.actions}>
        <Button size="sm" onClick={() => void removeGroup(id)}>
          Ungroup
        </Button>
      </div>
    </div>
  );
}
