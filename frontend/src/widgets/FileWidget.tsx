import { type DragEvent, useContext, useEffect, useRef, useState } from "react";
import { File as FileIcon, FolderOpen, Upload } from "lucide-react";
import type { Json } from "@/store/types";
import { Button } from "@/ui/Button";
import { Popover } from "@/ui/Popover";
import { Progress } from "@/ui/Progress";
import { SearchField } from "@/ui/TextField";
import { cx } from "@/ui/cx";
import { emptied, placeholderFor } from "@/widgets/empty";
import { FieldMessage } from "@/widgets/FieldMessage";
import { FileSourceContext } from "@/widgets/FileSourceContext";
import type { WorkerFile } from "@/widgets/files";
import type { WidgetProps } from "@/widgets/types";
import { formatBytes, isNoValue, wireToText } from "@/widgets/values";
import fields from "@/widgets/Widgets.module.css";
import css from "@/widgets/FileWidget.module.css";

/** Whether a path has one of the endings in `accept` (`.csv,.tsv`); an empty list accepts all. */
export function accepted(path: string, accept: string): boolean {
  const endings = accept.toLowerCase().split(",").map((ending) => ending.trim()).filter((ending) => ending.startsWith("."));
  return endings.length === 0 || endings.some((ending) => path.toLowerCase().endsWith(ending));
}

interface ChooserProps {
  accept: string;
  chosen: string | null;
  onChoose: (path: string | null) => void;
  onUpload: (file: File) => void;
  share: number | null;
  failure: string | null;
}

function useFiles(refresh: unknown): { files: WorkerFile[] | null; failure: string | null } {
  const source = useContext(FileSourceContext);
  const [files, setFiles] = useState<WorkerFile[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let stale = false;
    source.list().then(
      (found) => !stale && (setFiles(found), setFailure(null)),
      (error: unknown) => !stale && setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      stale = true;
    };
  }, [source, refresh]);
  return { files, failure };
}

interface FileRowProps {
  file: WorkerFile;
  chosen: boolean;
  fitting: boolean;
  onChoose: () => void;
}

function FileRow({ file, chosen, fitting, onChoose }: FileRowProps) {
  const slash = file.path.lastIndexOf("/") + 1;
  return (
    <button type="button" className={cx(css.file, chosen && css.chosen, !fitting && css.other)} aria-pressed={chosen} onClick={onChoose}>
      <FileIcon size={13} aria-hidden />
      <span className={css.path} title={file.path}>
        <span className={css.folder}>{file.path.slice(0, slash)}</span>
        {file.path.slice(slash)}
      </span>
      {file.bytes !== null && <span className={css.size}>{formatBytes(file.bytes)}</span>}
    </button>
  );
}

function Chooser({ accept, chosen, onChoose, onUpload, share, failure }: ChooserProps) {
  const [query, setQuery] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const listing = useFiles(share === null);
  const named = (listing.files ?? []).filter((file) => file.path.toLowerCase().includes(query.toLowerCase()));
  const fits = (file: WorkerFile) => accepted(file.path, accept);
  const found = [...named.filter(fits), ...named.filter((file) => !fits(file))];
  return (
    <div className={css.chooser}>
      <SearchField autoFocus value={query} onChange={setQuery} placeholder="Files of this worker" aria-label="Search files" />
      <div className={cx("nowheel", css.list)}>
        {found.map((file) => (
          <FileRow
            key={file.path}
            file={file}
            chosen={file.path === chosen}
            fitting={fits(file)}
            onChoose={() => onChoose(file.path)}
          />
        ))}
        {found.length === 0 && (
          <p className={css.none}>
            {listing.files === null && !listing.failure ? "Looking…" : query ? "No file of that name" : "No files yet"}
          </p>
        )}
      </div>
      {share !== null && <Progress value={share} label="Upload" />}
      <FieldMessage text={failure ?? listing.failure} />
      <footer className={css.foot}>
        <Button size="sm" icon={<Upload size={13} />} busy={share !== null} onClick={() => input.current?.click()}>
          Upload…
        </Button>
        {chosen !== null && (
          <Button size="sm" variant="ghost" onClick={() => onChoose(null)}>
            Clear
          </Button>
        )}
        <input
          ref={input}
          type="file"
          hidden
          accept={accept || undefined}
          onChange={(event) => event.target.files?.[0] && onUpload(event.target.files[0])}
        />
      </footer>
    </div>
  );
}

/** Uploads one file at a time and hands over the path under which it lies. */
function useUpload(done: (path: string) => void) {
  const source = useContext(FileSourceContext);
  const [share, setShare] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  async function send(file: File): Promise<void> {
    setShare(0);
    setFailure(null);
    try {
      done(await source.upload(file, setShare));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setShare(null);
    }
  }

  return { upload: (file: File) => void send(file), share, failure };
}

/** A file of the worker: chosen from its `files/`, uploaded, or dropped on the field. */
export function FileWidget(props: WidgetProps) {
  const { port, value, disabled, size = "sm", onChange, onCommit, id } = props;
  const [open, setOpen] = useState(false);
  const [over, setOver] = useState(false);
  const { upload, share, failure } = useUpload(choose);
  const path = isNoValue(value) ? null : wireToText(value);

  function choose(next: string | null): void {
    onChange(next === null ? emptied(port) : (next as Json), {});
    onCommit?.();
    setOpen(false);
  }

  function onDrop(event: DragEvent): void {
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (!file || disabled) return;
    event.preventDefault();
    event.stopPropagation();
    upload(file);
  }

  const name = path?.slice(path.lastIndexOf("/") + 1);
  const text = share === null ? (name ?? placeholderFor(port, value)) : `Uploading ${Math.round(share * 100)} %`;
  return (
    <div
      className={cx(over && css.over)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Popover
        open={open}
        onOpenChange={setOpen}
        label={`${port.name}: choose a file`}
        trigger={
          <button
            type="button"
            id={id}
            disabled={disabled}
            title={path ?? undefined}
            aria-label={`${port.name}: ${path ?? "no file"}`}
            className={cx("nodrag nopan", fields.opener, fields[size])}
          >
            <span className={cx(fields.chosen, path === null && fields.quiet)}>{text}</span>
            <FolderOpen size={12} aria-hidden />
          </button>
        }
      >
        <Chooser
          accept={String(port.renderOptions.accept ?? "")}
          chosen={path}
          onChoose={choose}
          onUpload={upload}
          share={share}
          failure={failure}
        />
      </Popover>
      {!open && <FieldMessage text={failure} />}
    </div>
  );
}
