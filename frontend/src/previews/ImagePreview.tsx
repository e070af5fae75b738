import { useState } from "react";
import type { PreviewProps } from "@/previews/types";
import { bytesOfData, useObjectUrl } from "@/previews/objectUrl";
import { cx } from "@/ui/cx";
import { wireToText } from "@/widgets/values";
import css from "@/previews/Previews.module.css";

/** Images smaller than this are enlarged as squares, because their pixels are the data. */
const TINY_PX = 96;

const CLASSES = { port: css.thumb, body: css.picture, full: css.pictureFull };

/** Some encoders give base64 text where others give bytes. */
function imageBytes(data: unknown): unknown {
  const text = wireToText(data);
  if (text === null) return data;
  const base64 = text.startsWith("data:") ? text.slice(text.indexOf(",") + 1) : text;
  return { "$fn:bytes": base64 };
}

function Picture({ data, mime, props, ground }: { data: unknown; mime: string; props: PreviewProps; ground?: string }) {
  const url = useObjectUrl(data, mime);
  const [tiny, setTiny] = useState(false);
  const [broken, setBroken] = useState<string | null>(null);
  if (url === null) return <span className={css.emptyBody}>{bytesOfData(data) === null ? "not an image" : ""}</span>;
  if (broken === url) return <span className={props.size === "port" ? css.line : css.emptyBody}>not an image that can be shown</span>;
  return (
    <img
      className={cx(CLASSES[props.size], ground, tiny && css.pixels)}
      src={url}
      alt={props.port ? `Value of ${props.port.name}` : "Image"}
      draggable={false}
      onLoad={(event) => setTiny(event.currentTarget.naturalWidth < TINY_PX)}
      onError={() => setBroken(url)}
    />
  );
}

export function ImagePreview(props: PreviewProps) {
  const mime = props.mime ?? "image/png";
  return <Picture data={imageBytes(props.data)} mime={mime} props={props} ground={css.checks} />;
}

/** Always as an image: a document of its own in the page could run scripts. */
export function SvgPreview(props: PreviewProps) {
  return <Picture data={props.data} mime="image/svg+xml" props={props} ground={css.sheet} />;
}
