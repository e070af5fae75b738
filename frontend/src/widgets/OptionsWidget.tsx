import { useState } from "react";
import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import { NO_VALUE, type Json } from "@/store/types";
import { Popover } from "@/ui/Popover";
import { cx } from "@/ui/cx";
import { portOptions } from "@/widgets/choose";
import { placeholderFor } from "@/widgets/empty";
import { type Option, SEARCH_FROM, filterOptions, findOption } from "@/widgets/options";
import type { WidgetProps } from "@/widgets/types";
import { describe, isNoValue, sameValue } from "@/widgets/values";
import fields from "@/widgets/Widgets.module.css";
import css from "@/widgets/OptionsWidget.module.css";

/** More would make the list slow; typing narrows it. */
const SHOWN = 200;

interface ListProps {
  options: Option[];
  value: Json;
  onChoose: (value: Json) => void;
  label: string;
}

function OptionRows({ options, value, onChoose }: Omit<ListProps, "label">) {
  return options.map((option, index) => {
    const chosen = sameValue(option.value, value);
    return (
      <Command.Item
        key={`${index}-${option.label}`}
        value={`${index}-${option.label}`}
        className={css.option}
        onSelect={() => onChoose(option.value as Json)}
      >
        <span className={css.tick}>{chosen && <Check size={13} aria-label="chosen" />}</span>
        <span className={css.text}>{option.label}</span>
      </Command.Item>
    );
  });
}

function OptionList({ options, value, onChoose, label }: ListProps) {
  const [query, setQuery] = useState("");
  const hits = filterOptions(options, query);
  const current = options.findIndex((option) => sameValue(option.value, value));
  const searchable = options.length >= SEARCH_FROM;
  return (
    <Command
      className="nowheel"
      label={label}
      shouldFilter={false}
      defaultValue={current < 0 ? undefined : `${current}-${options[current]?.label}`}
    >
      <Command.Input
        autoFocus
        className={searchable ? css.search : "visually-hidden"}
        placeholder="Search…"
        value={query}
        onValueChange={setQuery}
      />
      <Command.List className={css.list}>
        <Command.Empty className={css.none}>Nothing matches</Command.Empty>
        <OptionRows options={hits.slice(0, SHOWN)} value={value} onChoose={onChoose} />
        {hits.length > SHOWN && <div className={css.none}>{hits.length - SHOWN} more: type to narrow</div>}
      </Command.List>
    </Command>
  );
}

/** One of several given values. */
export function OptionsWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const [open, setOpen] = useState(false);
  const list = portOptions(port) ?? { options: [], nullable: false };
  const chosen = findOption(list.options, value);
  const options: Option[] = list.nullable ? [{ label: "None", value: null }, ...list.options] : list.options;
  const unset = isNoValue(value) || value === null;
  const text = chosen?.label ?? (unset ? placeholderFor(port, value) : `${describe(value, 40)} (not an option)`);

  function choose(next: Json): void {
    setOpen(false);
    if (!sameValue(next, value)) onChange(next, {});
    onCommit?.();
  }

  return (
    <Popover
      bare
      open={open}
      onOpenChange={setOpen}
      label={port.name}
      trigger={
        <button
          type="button"
          id={id}
          role="combobox"
          aria-expanded={open}
          aria-label={`${port.name}: ${text}`}
          disabled={disabled}
          className={cx("nodrag nopan", fields.opener, fields[size])}
        >
          <span className={cx(fields.chosen, !chosen && fields.quiet)}>{text}</span>
          <ChevronsUpDown size={12} aria-hidden />
        </button>
      }
    >
      <OptionList options={options} value={isNoValue(value) ? NO_VALUE : value} onChoose={choose} label={port.name} />
    </Popover>
  );
}
