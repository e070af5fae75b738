import { type ComponentType, memo } from "react";
import { BytesPreview } from "@/previews/BytesPreview";
import { ErrorPreview } from "@/previews/ErrorPreview";
import { ImagePreview, SvgPreview } from "@/previews/ImagePreview";
import { JsonPreview } from "@/previews/JsonPreview";
import { BooleanPreview, NonePreview, NumberPreview } from "@/previews/ScalarPreview";
import { TablePreview } from "@/previews/TablePreview";
import { TextPreview } from "@/previews/TextPreview";
import { type PreviewKind, choosePreview } from "@/previews/choose";
import type { PreviewProps } from "@/previews/types";

const PREVIEWS: Record<PreviewKind, ComponentType<PreviewProps>> = {
  none: NonePreview,
  text: TextPreview,
  number: NumberPreview,
  boolean: BooleanPreview,
  json: JsonPreview,
  table: TablePreview,
  image: ImagePreview,
  svg: SvgPreview,
  bytes: BytesPreview,
  error: ErrorPreview,
};

/** Shows a value; the kind follows from its mime type and shape. */
export const Preview = memo(function Preview(props: PreviewProps) {
  const Chosen = PREVIEWS[choosePreview(props.mime, props.data, props.port?.renderOptions.type)];
  return <Chosen {...props} />;
});
