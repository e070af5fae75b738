import { type ComponentType, createContext, memo, useContext } from "react";
import { AnyWidget } from "@/widgets/AnyWidget";
import { BoolWidget } from "@/widgets/BoolWidget";
import { BytesWidget } from "@/widgets/BytesWidget";
import { ColourWidget } from "@/widgets/ColourWidget";
import { DateTimeWidget } from "@/widgets/DateTimeWidget";
import { FileWidget } from "@/widgets/FileWidget";
import { JsonWidget } from "@/widgets/JsonWidget";
import { NoneWidget } from "@/widgets/NoneWidget";
import { NumberWidget } from "@/widgets/NumberWidget";
import { OptionsWidget } from "@/widgets/OptionsWidget";
import { SecretWidget } from "@/widgets/SecretWidget";
import { SeveralWidget } from "@/widgets/SeveralWidget";
import { SliderWidget } from "@/widgets/SliderWidget";
import { TextWidget } from "@/widgets/TextWidget";
import { type WidgetKind, chooseWidget } from "@/widgets/choose";
import type { WidgetProps } from "@/widgets/types";

const WIDGETS: Record<WidgetKind, ComponentType<WidgetProps>> = {
  int: NumberWidget,
  float: NumberWidget,
  slider: SliderWidget,
  bool: BoolWidget,
  text: TextWidget,
  options: OptionsWidget,
  several: SeveralWidget,
  json: JsonWidget,
  colour: ColourWidget,
  date: (props) => <DateTimeWidget {...props} kind="date" />,
  time: (props) => <DateTimeWidget {...props} kind="time" />,
  datetime: (props) => <DateTimeWidget {...props} kind="datetime" />,
  file: FileWidget,
  bytes: BytesWidget,
  secret: SecretWidget,
  any: AnyWidget,
  none: NoneWidget,
};

/** Render types that modules registered for their type names. */
export const TypemapContext = createContext<Record<string, string>>({});

/** Edits one input; the kind follows from its render options, options and type. */
export const Widget = memo(function Widget(props: WidgetProps) {
  const typemap = useContext(TypemapContext);
  const Chosen = WIDGETS[chooseWidget(props.port, typemap)];
  return <Chosen {...props} />;
});
