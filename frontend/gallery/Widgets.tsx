import { usePort } from "@/lib/hooks";
import { ports } from "@/store/graph";
import { setInput } from "@/store/intents";
import { type PortRecord, shownValue } from "@/store/types";
import { chooseWidget } from "@/widgets/choose";
import { typeLabel } from "@/widgets/typeSpec";
import { Widget } from "@/widgets/Widget";
import { port } from "./fixtures";
import css from "./gallery.module.css";

const LONG = ["Antwerp", "Bergen", "Cherbourg", "Dublin", "Esbjerg", "Fowey", "Glasgow", "Hull", "Inverness", "Jersey"];

const SPECIMENS: PortRecord[] = [
  port("count", "int", { value: 12 }),
  port("big_number", "int", { value: { "$fn:int": "90071992547409931234" } }),
  port("ratio", "float", { value: 0.125 }),
  port("not_a_number", "float", { value: { "$fn:float": "nan" } }),
  port("threshold", "float", { value: 0.4, valueOptions: { min: 0, max: 1, step: 0.01 } }),
  port("epochs", "int", { value: 40, valueOptions: { min: 0, max: 100 } }),
  port("needs", "float", { required: true }),
  port("has_default", "int", { default: 25 }),
  port("optional_int", { anyOf: ["int", "None"] }, { value: null, default: null }),
  port("flag", "bool", { value: true }),
  port("flag_off", "bool", { value: false }),
  port("unset_flag", "bool", { default: true }),
  port("maybe", { anyOf: ["bool", "None"] }, { value: null }),
  port("title", "str", { value: "Survival by class" }),
  port("many_lines", "str", { value: "first line\nsecond line\nthird line" }),
  port("empty_text", "str", { value: "" }),
  port("kind", { type: "enum", values: ["mean", "median", "max"], keys: ["MEAN", "MEDIAN", "MAX"] }, { value: "mean" }),
  port("harbour", "str", { value: "Cherbourg", valueOptions: { options: LONG } }),
  port("labelled", "int", { value: 2, valueOptions: { options: { First: 1, Second: 2, Third: 3 } } }),
  port("stale_option", "str", { value: "gone", valueOptions: { options: ["a", "b"] } }),
  port("weights", { type: "array", items: "float" }, { value: [0.25, 0.5, 0.25] }),
  port("mapping", { type: "object", keys: "str", values: "Any" }, { value: { a: 1, b: [true, null] } }),
  port("colour", "str", { value: "#2477c9", renderOptions: { type: "color" } }),
  port("day", "datetime.date", { value: "2026-11-23" }),
  port("time", "datetime.time", { value: "21:13" }),
  port("moment", "datetime.datetime", { value: "2026-11-23T21:13" }),
  port("file", "str", { value: "raw/passengers.csv", renderOptions: { type: "file" } }),
  port("no_file", "str", { renderOptions: { type: "file" }, required: true }),
  port("raw", "bytes", { value: { "$fn:bytes": "iVBORw0KGgoAAAANSUhEUg==" } }),
  port("api_key", "str", { value: "set", renderOptions: { type: "password" } }),
  port("anything", "Any", { value: "hello" }),
  port("anything_num", "Any", { value: 3.5 }),
  port("image", "PIL.Image.Image", { required: true }),
];

function Specimen({ portKey, size, disabled }: { portKey: string; size: "sm" | "md"; disabled?: boolean }) {
  const shown = usePort(portKey);
  if (!shown) return null;
  return (
    <Widget
      port={shown}
      value={shownValue(shown)}
      size={size}
      disabled={disabled}
      onChange={(value, options) => void setInput(shown.node, shown.id, value, options)}
    />
  );
}

export function Widgets() {
  SPECIMENS.forEach((one) => ports.get(one.key) ?? ports.set(one.key, one));
  return (
    <div className={css.grid}>
      {SPECIMENS.map((one) => (
        <div key={one.key} className={css.specimen} data-widget={one.id}>
          <span className={css.caption}>
            {one.name} <code>{typeLabel(one.type)}</code> <em>{chooseWidget(one)}</em>
          </span>
          <div className={css.pair}>
            <div className={css.small}>
              <Specimen portKey={one.key} size="sm" />
            </div>
            <div className={css.large}>
              <Specimen portKey={one.key} size="md" />
            </div>
          </div>
        </div>
      ))}
      <div className={css.specimen}>
        <span className={css.caption}>disabled</span>
        <div className={css.pair}>
          <Specimen portKey="n1/in/count" size="sm" disabled />
          <Specimen portKey="n1/in/harbour" size="sm" disabled />
        </div>
      </div>
    </div>
  );
}
