import { useMemo } from "react";
import { JsonView } from "react-json-view-lite";
import type { PreviewProps } from "@/previews/types";
import type { PortRecord } from "@/store/types";
import { toTree } from "@/previews/tree";
import { cx } from "@/ui/cx";
import { baseName, members } from "@/widgets/typeSpec";
import { describe, isPlainObject, tagged } from "@/widgets/values";
import css from "@/previews/Previews.module.css";
import tree from "@/previews/JsonPreview.module.css";

const STYLE = {
  container: tree.container ?? "",
  basicChildStyle: tree.child ?? "",
  childFieldsContainer: tree.children ?? "",
  label: tree.label ?? "",
  clickableLabel: cx(tree.label, tree.clickable),
  nullValue: tree.null ?? "",
  undefinedValue: tree.null ?? "",
  numberValue: tree.number ?? "",
  stringValue: tree.string ?? "",
  booleanValue: tree.bool ?? "",
  otherValue: tree.other ?? "",
  punctuation: tree.punctuation ?? "",
  expandIcon: tree.expand ?? "",
  collapseIcon: tree.collapse ?? "",
  collapsedContent: tree.collapsed ?? "",
  noQuotesForStringValues: true,
  quotesForFieldNames: false,
  stringifyStringValues: false,
  ariaLables: { collapseJson: "Fold", expandJson: "Unfold" },
};

/** Levels that are open at first: few in a node, more where there is room. */
const OPEN = { port: 0, body: 1, full: 2 };

function length(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

/** Lists of plain values this short read better as running text than as a tree. */
const RUNNING_ITEMS = 400;

function runningText(data: unknown): string | null {
  if (!Array.isArray(data) || data.length === 0 || data.length > RUNNING_ITEMS) return null;
  const plain = data.every((item) => typeof item !== "object" || item === null || tagged(item) !== null);
  if (!plain) return null;
  const long = data.some((item) => typeof item === "string" && item.length > 40);
  return long ? null : data.map((item) => (typeof item === "string" ? JSON.stringify(item) : describe(item))).join(", ");
}

/** A table without rows comes as an empty list: it has no columns to tell it by. */
function isEmptyTable(data: unknown, port: PortRecord | undefined): boolean {
  if (!Array.isArray(data) || data.length > 0 || port === undefined) return false;
  return members(port.type).some((spec) => isPlainObject(spec) && baseName(spec.items) === "dict");
}

export function JsonPreview({ data, size, port }: PreviewProps) {
  const { value, cut } = useMemo(() => (size === "port" ? { value: null, cut: false } : toTree(data)), [data, size]);
  if (isEmptyTable(data, port)) return <span className={size === "port" ? cx(css.line, css.none) : css.emptyBody}>no rows</span>;
  if (size === "port") return <span className={css.line}>{describe(data, 120)}</span>;
  const running = runningText(data);
  if (running !== null) {
    return (
      <div className={cx(size === "body" && css.body)}>
        <p className={tree.running}>{running}</p>
        <div className={css.more} style={{ paddingInline: 0 }}>
          {length(data) === 1 ? "1 item" : `${length(data)} items`}
        </div>
      </div>
    );
  }
  if (typeof value !== "object" || value === null) return <p className={css.emptyBody}>{describe(data)}</p>;
  if (length(value) === 0) return <p className={css.emptyBody}>{describe(data)}</p>;
  return (
    <div className={cx(size === "body" && css.body)}>
      <JsonView
        data={value}
        style={STYLE}
        shouldExpandNode={(level, item) => level < OPEN[size] && length(item) <= 100}
        clickToExpandNode
      />
      {cut && <div className={css.more}>Long parts are cut; the whole value can be downloaded.</div>}
    </div>
  );
}
