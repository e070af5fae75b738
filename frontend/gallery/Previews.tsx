import { Preview } from "@/previews/Preview";
import type { PreviewSize } from "@/previews/choose";
import { BYTES, RECORD, SVG, TEXT, TRACEBACK, tableData, wideTable } from "./data";
import { TABLE } from "./fixtures";
import css from "./gallery.module.css";

interface Sample {
  title: string;
  mime: string;
  data: unknown;
  complete?: boolean;
}

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAKUlEQVR4nGNkYPjPgA0wYRVlYGBgwSX8H6sOJlxG0UwCl+V4XYUPAADDkQMPJ+xKJQAAAABJRU5ErkJggg==";

const SAMPLES: Sample[] = [
  { title: "no value", mime: "application/json", data: "<NoValue>" },
  { title: "None", mime: "application/json", data: null },
  { title: "number", mime: "application/json", data: 3.14159265358979 },
  { title: "large", mime: "application/json", data: 1234567.5 },
  { title: "infinite", mime: "application/json", data: { "$fn:float": "-inf" } },
  { title: "boolean", mime: "application/json", data: true },
  { title: "text", mime: "application/json", data: TEXT },
  { title: "empty text", mime: "application/json", data: "" },
  { title: "list", mime: "application/json", data: [1, 2, 3, 5, 8, 13] },
  { title: "tree", mime: "application/json", data: RECORD },
  { title: "table", mime: TABLE, data: tableData(891), complete: false },
  { title: "wide table", mime: TABLE, data: wideTable(), complete: false },
  { title: "svg", mime: "image/svg+xml", data: SVG },
  { title: "png", mime: "image/png", data: { "$fn:bytes": PNG } },
  { title: "broken image", mime: "image/png", data: { "$fn:bytes": "AAAA" } },
  { title: "bytes", mime: "application/octet-stream", data: BYTES, complete: false },
  { title: "error", mime: "application/vnd.funcnodes.error+json", data: { error: "ZeroDivisionError: division by zero", traceback: TRACEBACK } },
];

function Sized({ sample, size }: { sample: Sample; size: PreviewSize }) {
  return <Preview mime={sample.mime} data={sample.data} complete={sample.complete} size={size} />;
}

export function Previews() {
  return (
    <div className={css.previews}>
      {SAMPLES.map((sample) => (
        <div key={sample.title} className={css.previewRow} data-preview={sample.title}>
          <span className={css.caption}>{sample.title}</span>
          <div className={css.portSize}>
            <Sized sample={sample} size="port" />
          </div>
          <div className={css.bodySize}>
            <Sized sample={sample} size="body" />
          </div>
          <div className={css.fullSize}>
            <Sized sample={sample} size="full" />
          </div>
        </div>
      ))}
    </div>
  );
}
