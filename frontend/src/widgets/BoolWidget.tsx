import { ToggleGroup } from "radix-ui";
import type { Json } from "@/store/types";
import { Switch } from "@/ui/Switch";
import { cx } from "@/ui/cx";
import { nullable } from "@/widgets/typeSpec";
import type { WidgetProps } from "@/widgets/types";
import { isNoValue } from "@/widgets/values";
import css from "@/widgets/BoolWidget.module.css";

const STATES: { id: string; label: string; value: Json }[] = [
  { id: "none", label: "None", value: null },
  { id: "false", label: "False", value: false },
  { id: "true", label: "True", value: true },
];

function ThreeState({ port, value, disabled, size = "sm", onChange, onCommit }: WidgetProps) {
  const chosen = STATES.find((state) => state.value === value)?.id ?? "";
  return (
    <ToggleGroup.Root
      type="single"
      className={cx("nodrag nopan", css.group, css[size])}
      value={chosen}
      disabled={disabled}
      aria-label={port.name}
      onValueChange={(next) => {
        const state = STATES.find(({ id }) => id === next);
        if (!state) return; // a click on the chosen one would clear it
        onChange(state.value, {});
        onCommit?.();
      }}
    >
      {STATES.map((state) => (
        <ToggleGroup.Item key={state.id} value={state.id} className={css.option}>
          {state.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

/** A switch with its word beside it; three choices where None is allowed. */
export function BoolWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  if (nullable(port.type)) return <ThreeState {...props} />;
  const unset = isNoValue(value);
  const shown = unset ? port.default === true : value === true;
  return (
    <div className={cx("nodrag nopan", css.row, unset && css.unset)}>
      <Switch
        id={id}
        size={size}
        label={port.name}
        checked={shown}
        disabled={disabled}
        onChange={(next) => {
          onChange(next, {});
          onCommit?.();
        }}
      />
      <span className={css.word} aria-hidden>
        {unset ? `not set` : shown ? "True" : "False"}
      </span>
    </div>
  );
}
