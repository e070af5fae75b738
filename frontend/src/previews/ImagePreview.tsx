import { useRef, useState } from "react";
import type { PreviewSize } from "@/previews/choose";
import { bytesOfData, previewUrl, useObjectUrl } from "@/previews/objectUrl";
import { suitsAnyGround } from "@/previews/svgGround";
import type { PreviewProps } from "@/previews/types";
import { workerUrl } from "@/store/intents";
import { CommandError } from "@/store/session";
import type { PortRecord } from "@/store/types";
import { cx } from "@/ui/cx";
import { wireToText } from "@/widgets/values";
import css from "@/previews/Previews.module.css";

/** Images smaller than this are enlarged as squares, because their pixels are the data. */
const TINY_PX = 96;

/** What is read of a drawing to learn about its inks. */
const HEAD_BYTES = 4096;

const CLASSES = { port: css.thumb, body: css.picture, full: css.pictureFull };

/** Some encoders give base64 text where others give bytes. */
function imageBytes(data: unknown): unknown {
  const text = wireToText(data);
  if (text === null) return data;
  const base64 = text.startsWith("data:") ? text.slice(text.indexOf(",") + 1) : text;
  return { "$fn:bytes": base64 };
}

/** Where an image lies that was too large to come along; null when it came, or when nobody can be asked. */
function remoteImage(data: unknown, port: PortRecord | undefined): string | null {
  if (port === undefined || (bytesOfData(data)?.length ?? 0) > 0) return null;
  try {
    const { href } = port.preview ?? {};
    return href === undefined ? previewUrl(port) : workerUrl(href);
  } catch (error) {
    if (error instanceof CommandError) return null; // between two workers there is no address
    throw error;
  }
}

/** The same, staying what it was while the worker is away: what was seen is still what the port holds. */
function useRemoteImage(data: unknown, port: PortRecord | undefined): string | null {
  const last = useRef<{ preview: unknown; url: string } | null>(null);
  const url = remoteImage(data, port);
  if (url !== null) last.current = { preview: port?.preview, url };
  return url ?? (last.current?.preview === port?.preview ? (last.current?.url ?? null) : null);
}

interface PictureProps {
  data: unknown;
  mime: string;
  size: PreviewSize;
  port?: PortRecord;
  ground?: string;
}

function Picture({ data, mime, size, port, ground }: PictureProps) {
  const made = useObjectUrl(data, mime);
  const remote = useRemoteImage(data, port);
  const url = remote ?? made;
  const [tiny, setTiny] = useState(false);
  const [broken, setBroken] = useState<string | null>(null);
  if (url === null && bytesOfData(data) !== null) return null; // the address of the blob comes with the next frame
  if (url === null || broken === url) {
    return <span className={size === "port" ? css.line : css.emptyBody}>not an image that can be shown</span>;
  }
  return (
    <img
      className={cx(CLASSES[size], ground, tiny && css.pixels)}
      src={url}
      alt={port ? `Value of ${port.name}` : "Image"}
      draggable={false}
      onLoad={(event) => setTiny(event.currentTarget.naturalWidth < TINY_PX)}
      onError={() => setBroken(url)}
    />
  );
}

export function ImagePreview({ data, mime, size, port }: PreviewProps) {
  return <Picture data={imageBytes(data)} mime={mime ?? "image/png"} size={size} port={port} ground={css.checks} />;
}

/** Always as an image: a document of its own in the page could run scripts. */
export function SvgPreview({ data, size, port }: PreviewProps) {
  // One that lies at the worker cannot be looked into without fetching it; ours are made for both themes.
  const head = new TextDecoder().decode(bytesOfData(data)?.subarray(0, HEAD_BYTES));
  const ground = head === "" || suitsAnyGround(head) ? css.plain : css.sheet;
  return <Picture data={data} mime="image/svg+xml" size={size} port={port} ground={ground} />;
}
