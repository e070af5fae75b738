import { useEffect, useMemo } from "react";
import { useCell } from "@/lib/hooks";
import { loadLog, logLines } from "@/store/logs";
import { connection } from "@/store/workers";
import { LogLines } from "@/panels/LogLines";
import { visibleLines } from "@/panels/logLines";
import { Section } from "@/panels/Section";
import css from "@/panels/Log.module.css";

const SHOWN = 200;

/** What one node has printed and logged; nothing where it said nothing. */
export function NodeLog({ id }: { id: string }) {
  const all = useCell(logLines);
  const link = useCell(connection);
  useEffect(() => {
    if (link === "open") void loadLog({ node: id }); // its lines may be older than the newest of all
  }, [id, link]);
  const lines = useMemo(() => visibleLines(all, { query: "", level: "debug", node: id }).slice(-SHOWN), [all, id]);
  if (lines.length === 0) return null;
  return (
    <Section title="Log">
      <LogLines lines={lines} label="Log of the node" className={css.boxed} />
    </Section>
  );
}
