import { useState } from "react";
import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import type { Json } from "@/store/types";
import { Popover } from "@/ui/Popover";
import { cx } from "@/ui/cx";
import { portOptions } from "@/widgets/choose";
import { emptied, placeholderFor } from "@/widgets/empty";
import { filterOptions, SEARCH_FROM } from "@/widgets/options";
import { readNames, toggleName } from "@/widgets/several";
import { TextWidget } from "@/widgets/TextWidget";
import type { WidgetProps } from "@/widgets/types";
import { textToWire, wireToText } from "@/widgets/values";
import fields from "@/widgets/Widgets.module.css";
import css from "@/widgets/OptionsWidget.module.css";

/** More would make the list slow; typing narrows it. */
const SHOWN = 200;

interface ListProps {
  offered: string[];
  chosen: string[];
  label: string;
  onToggle: (name: string) => void;
}

function Names({ offered, chosen, label, onToggle }: ListProps) {
  const [query, setQuery] = useState("");
  // What is chosen and not offered (any more) can still be taken away.
  const all = [...offered, ...chosen.filter((name) => !offered.includes(name))];
  const hits = filterOptions(all.map((name) => ({ label: name, value: name })), query).slice(0, SHOWN);
  return (
    <Command className="nowheel" label={label} shouldFilter={false}>
      <Command.Input
        autoFocus
        className={all.length >= SEARCH_FROM ? css.search : "visually-hidden"}
        placeholder="Search…"
        value={query}
        onValueChange={setQuery}
      />
      <Command.List className={css.list}>
        <Command.Empty className={css.none}>Nothing matches</Command.Empty>
        {hits.map(({ label: name }) => (
          <Command.Item key={name} value={name} className={css.option} onSelect={() => onToggle(name)}>
            <span className={css.tick}>{chosen.includes(name) && <Check size={13} aria-label="chosen" />}</span>
            <span className={css.text}>{name}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}

/** Some of several given names, as one text; free text until it is known which there are. */
export function SeveralWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const [open, setOpen] = useState(false);
  const offered = (portOptions(port)?.options ?? []).map((option) => option.value).filter((one) => typeof one === "string");
  if (offered.length === 0) return <TextWidget {...props} />;
  const text = wireToText(value) ?? "";
  const shown = text === "" ? placeholderFor(port, value) : text;
  return (
    <Popover
      bare
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onCommit?.();
      }}
      label={port.name}
      trigger={
        <button
          type="button"
          id={id}
          role="combobox"
          aria-expanded={open}
          aria-label={`${port.name}: ${shown}`}
          title={text}
          disabled={disabled}
          className={cx("nodrag nopan", fields.opener, fields[size])}
        >
          <span className={cx(fields.chosen, text === "" && fields.quiet)}>{shown}</span>
          <ChevronsUpDown size={12} aria-hidden />
        </button>
      }
    >
      <Names
        offered={offered}
        chosen={readNames(text)}
        label={port.name}
        onToggle={(name) => {
          const next = toggleName(text, name);
          onChange(next === "" ? emptied(port) : (textToWire(next) as Json), {});
        }}
      />
    </Popover>
  );
}
