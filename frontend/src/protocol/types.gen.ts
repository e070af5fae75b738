// Made by tools/gen_protocol.py from the Python message types; do not edit.

/** What the client may do; everything, without a word about a link, for who holds the token. Attributes: scope: the highest scope of it. share: id of the link that it came in by; "" without one. label: what the link is called. inputs: below `edit` the inputs that may be set, as (node uuid, input id). extras: below `edit` what is shown beside the graph. expires_at: when the link is over, in seconds since the epoch. */
export interface Access {
  scope: "admin" | "edit" | "install" | "knobs" | "run" | "view";
  share: string;
  label: string;
  inputs: [string, string][];
  extras: ("files" | "logs" | "tracebacks" | "values")[];
  expires_at: number | null;
}

export interface AddEdgeKwargs {
  src_uuid: string;
  src_io: string;
  dst_uuid: string;
  dst_io: string;
  replace?: boolean;
}

export interface AddExternalWorkerKwargs {
  classid: string;
  name?: string | null;
  config?: Record<string, unknown> | null;
  uuid?: string | null;
  start?: boolean;
}

export interface AddNodeKwargs {
  node_id: string;
  uuid?: string | null;
  name?: string | null;
  frontend?: FrontendState | null;
}

export interface AddPackageDependencyKwargs {
  package: string;
  version?: string | null;
  dry_run?: boolean;
}

/** The external worker that was made. */
export interface AddedExternal {
  uuid: string;
  classid: string;
}

/** The group that was made. */
export interface AddedGroup {
  id: string;
}

/** The node that was made. */
export interface AddedNode {
  uuid: string;
  node_id: string;
}

/** The nodes that were asked for a run. */
export interface Asked {
  nodes: string[];
  success: boolean;
}

export interface CatchUpKwargs {
  epoch: string;
  client: string;
  seq: number;
}

/** Whether the missed events were sent; if not, a `resync` frame was. */
export interface CaughtUp {
  success: boolean;
  seq: number;
}

/** Do something. Commands that share a `gesture` become one entry of the undo history. */
export interface Cmd {
  type: "cmd";
  cmd: string;
  kwargs?: unknown;
  id?: string | number | null;
  gesture?: string | null;
}

export interface CopyNodesKwargs {
  uuids: string[];
}

export interface DeleteFileKwargs {
  path: string;
}

/** A package that this worker's environment must have. */
export interface Dependency {
  package: string;
  version: string | null;
}

/** Which files a node class reads: by how their names end, and the input that takes the path. */
export interface DropTarget {
  suffixes: string[];
  input: string;
}

/** Two ports are connected. */
export interface EdgeAdded {
  src: [string, string];
  dst: [string, string];
}

/** Two ports are no longer connected. */
export interface EdgeRemoved {
  src: [string, string];
  dst: [string, string];
}

/** One connection, as pairs of node uuid and port id. */
export interface EdgeState {
  src: [string, string];
  dst: [string, string];
}

export interface ExportWorkerKwargs {
  include_files?: boolean;
}

/** A `.fnw` file as base64. */
export interface Exported {
  filename: string;
  data: string;
}

/** A class of external workers that an installed module offers; `configurable` says that it has a form. */
export interface ExternalClassInfo {
  classid: string;
  name: string;
  module: string;
  description: string;
  configurable: boolean;
}

/** A configuration: its form, and what it says. Attributes: schema: JSON schema of the form (pydantic's). config: the values, without those of secret fields. secrets: the secret fields, with whether each is set. */
export interface ExternalConfig {
  schema: Record<string, unknown>;
  config: Record<string, unknown>;
  secrets: Record<string, boolean>;
}

/** The external workers that there are, and the classes that more can be made of. */
export interface ExternalWorkerList {
  workers: ExternalWorkerState[];
  classes: ExternalClassInfo[];
}

/** One external worker: an object of a node module that lives beside the graph and offers nodes of its own. Attributes: classid: the `NODECLASSID` of its class; `missing` when no installed module offers that. running: it is there and its loop runs; otherwise its nodes are placeholders. error: what its loop last failed with; null while all goes well. */
export interface ExternalWorkerState {
  uuid: string;
  classid: string;
  name: string;
  running: boolean;
  missing: boolean;
  error: string | null;
}

/** The external workers as they are now. */
export interface ExternalWorkersChanged {
  workers: ExternalWorkerState[];
}

/** A command was not done, and why. */
export interface Failure {
  type: "error";
  error: string;
  code: string;
  data: Record<string, unknown>;
  cmd?: string;
  id?: string | number | null;
  traceback?: string;
}

/** One file; `path` is relative to `files/`. */
export interface FileInfo {
  path: string;
  size: number;
  modified: number;
}

/** A file in `files/` came or went: those who show them ask `list_files`. */
export interface FilesChanged {
  path: string;
  change: "added" | "removed";
  size?: number;
}

/** What looking for node modules has brought: names of modules, and a sentence for each that failed. */
export interface Filled {
  added: string[];
  failed: string[];
}

/** A piece of a graph that can stand in a text: nodes with values, the edges between them, their groups. */
export interface Fragment {
  nodes: Record<string, unknown>[];
  edges: [string, string, string, string][];
  groups: Record<string, Record<string, unknown>>;
  kind: string;
  format: number;
}

/** Where and how large an editor draws a node. */
export interface FrontendState {
  pos?: [number, number];
  size?: [number, number];
  collapsed?: boolean;
}

/** Everything that an editor shows. Events with a `seq` above this one follow it. */
export interface FullState {
  nodespace: NodespaceState;
  lib: LibraryState;
  worker: WorkerIdentity;
  client: string;
  epoch: string;
  seq: number;
  rev: number;
  external_workers: ExternalWorkerState[];
}

export interface GetExternalWorkerConfigKwargs {
  uuid?: string | null;
  classid?: string | null;
}

export interface GetHistoryKwargs {
  since?: number;
  limit?: number;
}

export interface GetIoValueKwargs {
  uuid: string;
  io_id: string;
  io_type?: "input" | "output" | null;
  full?: boolean;
}

export interface GetLogsKwargs {
  node?: string | null;
  level?: "debug" | "error" | "info" | "warning";
  since?: number;
  limit?: number;
}

export interface GetTableKwargs {
  uuid: string;
  io_id: string;
  io_type?: "input" | "output" | null;
  offset?: number;
  limit?: number;
  sort?: TableSort[];
  search?: string;
  filters?: TableFilter[];
  columns?: (number | string)[] | null;
}

/** A group exists from now on. */
export interface GroupAdded {
  group: GroupState;
}

export interface GroupNodesKwargs {
  nodes: string[];
  groups?: string[] | null;
  id?: string | null;
  name?: string;
  colour?: string | null;
  collapsed?: boolean;
  meta?: Record<string, unknown> | null;
}

/** A group is gone; its members are not. */
export interface GroupRemoved {
  id: string;
}

/** One group; `nodes` and `groups` are its direct members. */
export interface GroupState {
  id: string;
  name: string;
  nodes: string[];
  groups: string[];
  parent: string | null;
  colour: string | null;
  collapsed: boolean;
  pos: [number, number] | null;
  size: [number, number] | null;
  meta: Record<string, unknown>;
}

/** A group as it is now. */
export interface GroupUpdated {
  group: GroupState;
}

/** The first frame to a `funcnodes.v1` client. */
export interface Hello {
  type: "hello";
  client: string;
  epoch: string;
  seq: number;
  rev: number;
  worker: Record<string, string>;
  protocol: "funcnodes.v1";
  version: string;
  access: Access;
}

/** One step of the history, which one undo takes back. Attributes: rev: names the step. at: when, in seconds since the epoch. by: id of the client. undone: it is taken back, and can be redone. nodes: names of nodes that it touched, up to 20. */
export interface HistoryEntry {
  rev: number;
  at: number;
  by: string;
  cmd: string;
  undone: boolean;
  nodes: string[];
}

/** One port. `value` is a preview: what the port shows, `complete` when it is the whole value. A value that is not JSON has `value` null and `href`, where its bytes can be fetched. */
export interface IOState {
  id: string;
  name: string;
  type: unknown;
  value: unknown;
  mime: string;
  complete: boolean;
  href?: string;
  default: unknown;
  required: boolean;
  connected: boolean;
  hidden: boolean;
  does_trigger: boolean;
  render_options: Record<string, unknown>;
  value_options: Record<string, unknown>;
  description: string;
}

export interface ImportWorkerKwargs {
  data: string;
}

/** Fields of a port changed; those that are absent did not. */
export interface IoUpdated {
  node_uuid: string;
  io_id: string;
  io_type: "input" | "output";
  name?: string;
  type?: unknown;
  hidden?: boolean;
  connected?: boolean;
  default?: unknown;
  does_trigger?: boolean;
  value_options?: Record<string, unknown>;
  render_options?: Record<string, unknown>;
}

/** What a port shows changed. `preview`, `mime`, `complete` and `href` replace `value`, `mime`, `complete` and `href` of the port. `value` is there as well when the value is small and JSON says it exactly. */
export interface IoValueChanged {
  node_uuid: string;
  io_id: string;
  io_type: "input" | "output";
  mime: string;
  preview: unknown;
  complete: boolean;
  value?: unknown;
  href?: string;
}

/** A message too large for a frame waits at `GET /message/{msg_id}`. */
export interface LargeMessage {
  type: "large_message";
  msg_id: string;
  size: number;
}

/** The library changed: ask `get_library`. */
export interface LibraryChanged {
}

/** One node class that can be added; `drop` makes it what a file becomes that is dropped on the canvas. */
export interface LibraryNode {
  node_id: string;
  name: string;
  description: string;
  inputs: LibraryPort[];
  outputs: LibraryPort[];
  drop: DropTarget | null;
}

/** One port of a node class. */
export interface LibraryPort {
  id: string;
  name: string;
  type: unknown;
  description: string;
  required: boolean;
}

/** The library: every node class that this worker can add. */
export interface LibraryState {
  shelves: ShelfState[];
}

export interface LoadDataKwargs {
  data: Record<string, unknown> | string;
}

/** What opening a graph found. Attributes: missing: ids of node classes that are not installed; their nodes are placeholders that keep everything. warnings: a sentence about everything that could not be taken over. requires: the packages that the file asks for; nothing is installed without a command of its own. */
export interface Loaded {
  nodes: number;
  edges: number;
  missing: string[];
  warnings: string[];
  requires: Record<string, unknown>;
  files: string[];
  success: boolean;
}

/** New lines of the log. Of a slow client's only the newest wait: a gap in their numbers is read by `get_logs`. */
export interface LogAdded {
  lines: LogLine[];
}

/** One line of the log; `n` counts them, `node` is the node whose code said it, `stream` what it printed to. */
export interface LogLine {
  n: number;
  time: number;
  level: "debug" | "error" | "info" | "warning";
  text: string;
  logger?: string;
  node?: string;
  stream?: "stderr" | "stdout";
}

/** Lines of the log, oldest first; `last` is the number of the newest one, `truncated` says that some are missing. */
export interface Logs {
  lines: LogLine[];
  last: number;
  truncated: boolean;
}

/** What the graph needs and the worker's environment does not have. Attributes: node_ids: ids of the classes that are missing, with how many nodes are of each. packages: those that the graph was saved with and that are not installed here. install: the command that installs them where this worker runs; empty where no package is known. */
export interface MissingModules {
  node_ids: Record<string, number>;
  packages: Dependency[];
  install: string;
}

/** One installed node module; `error` says why it could not be loaded. */
export interface ModuleInfo {
  name: string;
  package: string;
  version: string | null;
  description: string | null;
  error: string | null;
}

/** Node modules by what they are to this worker. Attributes: installed: those in its environment. active: names of those whose nodes are in the library. available: packages that its configuration asks for and that are not installed. */
export interface Modules {
  installed: ModuleInfo[];
  active: string[];
  available: ModuleInfo[];
}

/** A node is part of the graph from now on; its values follow as value events. */
export interface NodeAdded {
  uuid: string;
  node_id: string;
  serialized: NodeState;
}

/** A node ran well: its error, if it had one, is over. */
export interface NodeDone {
  uuid: string;
  duration_s?: number;
}

/** A node's run failed. */
export interface NodeErrored {
  uuid: string;
  error: string;
  traceback?: string;
}

/** Why the last run of a node failed. */
export interface NodeFailure {
  error: string;
  traceback: string;
}

/** How far a node's run is; the counting fields are tqdm's. */
export interface NodeProgress {
  uuid: string;
  progress?: number | null;
  message?: string;
  n?: number;
  total?: number | null;
  elapsed?: number;
  rate?: number | null;
  unit?: string;
  prefix?: string;
  postfix?: string | null;
}

/** Starts and good ends of a node since the last frame, as one (`funcnodes.v1` clients). */
export interface NodeRan {
  uuid: string;
  runs: number;
  duration_s: number;
}

/** A node is gone, with its edges (each has had its own event). */
export interface NodeRemoved {
  uuid: string;
}

/** One node. */
export interface NodeState {
  uuid: string;
  node_id: string;
  name: string;
  description: string;
  inputs: Record<string, IOState>;
  outputs: Record<string, IOState>;
  status: "done" | "failed" | "idle" | "muted" | "running" | "stale" | "waiting";
  frontend: FrontendState;
  mode: "active" | "bypassed" | "muted";
  progress: Progress | null;
  error: NodeFailure | null;
  properties: Record<string, unknown>;
  render_options: Record<string, unknown>;
  reset_inputs_on_trigger: boolean;
  timeout_s: number | null;
  retries: number;
  placeholder: boolean;
  duration_s: number | null;
}

/** A node started to run. */
export interface NodeTriggered {
  uuid: string;
}

/** Fields of a node changed; those that are absent did not. */
export interface NodeUpdated {
  uuid: string;
  name?: string;
  description?: string;
  frontend?: FrontendState;
  mode?: "active" | "bypassed" | "muted";
  properties?: Record<string, unknown>;
  reset_inputs_on_trigger?: boolean;
  timeout_s?: number | null;
  retries?: number;
  render_options?: Record<string, unknown>;
}

/** All nodes, edges and groups were removed; no other event says so of each. */
export interface NodespaceCleared {
}

/** Something happened to the graph. `prev` is the `seq` of the event that this client got before. */
export interface NodespaceEvent {
  type: "nodespaceevent";
  event: string;
  data: unknown;
  seq: number;
  prev: number;
  rev: number;
  by?: string;
  cmd_id?: string | number;
}

/** Another graph took the place of this one (told by single events before). */
export interface NodespaceLoaded {
}

/** The graph as it is now. */
export interface NodespaceState {
  nodes: NodeState[];
  edges: EdgeState[];
  groups: GroupState[];
  prop: Record<string, unknown>;
}

/** Properties of the graph as they are now. */
export interface NodespaceUpdated {
  prop: Record<string, unknown>;
}

/** What a change of the environment does, or with `dry_run` would do. Attributes: changes: the version of each package before and after; None where it is not there. done: whether it was done. */
export interface PackageChanges {
  changes: Record<string, [string | null, string | null]>;
  done: boolean;
}

export interface PasteNodesKwargs {
  fragment: Record<string, unknown>;
  pos?: [number, number] | null;
  group?: string | null;
}

/** The nodes that were made, and their ids by those in the fragment. */
export interface Pasted {
  uuids: string[];
  by_old: Record<string, string>;
}

/** Are you there? Answered with `Pong`. */
export interface Ping {
  type: "ping";
}

/** What one node module brings along for the editor, as addresses below the worker's. Attributes: key: the module. module: its main script; loaded last, and only after consent. js: scripts that come before it. css: styles. */
export interface Plugin {
  key: string;
  version: string | null;
  module: string | null;
  js: string[];
  css: string[];
}

/** I am here. */
export interface Pong {
  type: "pong";
}

/** The set of ports of a node changed: both sides as they are now. */
export interface PortsChanged {
  uuid: string;
  inputs: Record<string, IOState>;
  outputs: Record<string, IOState>;
}

/** How far a node's run is; the counting fields are tqdm's. */
export interface Progress {
  progress?: number | null;
  message?: string;
  n?: number;
  total?: number | null;
  elapsed?: number;
  rate?: number | null;
  unit?: string;
  prefix?: string;
  postfix?: string | null;
}

/** How far a long command is, or what it waits for. */
export interface ProgressMessage {
  type: "progress";
  text: string;
  progress: number | null;
  task: string | number | null;
}

/** Why a node runs or does not run, as a sentence; `nodes` are those that it names. */
export interface Reason {
  status: string;
  text: string;
  nodes: string[];
}

export interface RedoKwargs {
  steps?: number;
  scope?: "all" | "mine";
  force?: boolean;
}

export interface RemoveEdgeKwargs {
  src_uuid: string;
  src_io: string;
  dst_uuid: string;
  dst_io: string;
}

export interface RemoveExternalWorkerKwargs {
  uuid: string;
}

export interface RemoveGroupKwargs {
  id: string;
}

export interface RemoveNodeKwargs {
  uuid: string;
}

export interface RemovePackageDependencyKwargs {
  package: string;
  dry_run?: boolean;
}

/** A command was done; `rev` is the revision that a mutation made. */
export interface Result {
  type: "result";
  cmd: string;
  result?: unknown;
  id?: string | number | null;
  rev?: number;
}

/** Events were lost for this client: ask `full_state`. */
export interface Resync {
  type: "resync";
}

export interface RunStaleKwargs {
  uuid?: string | null;
}

/** Where the worker is in its life. */
export interface RunState {
  runstate: string;
  uuid: string;
  name: string;
  clients: number;
}

export interface SetNodeModeKwargs {
  uuid: string;
  mode: "active" | "bypassed" | "muted";
}

/** One shelf of the library. */
export interface ShelfState {
  name: string;
  description: string;
  nodes: LibraryNode[];
  subshelves: ShelfState[];
}

/** A node's status word changed; with `error` set or null when that changed too, and so `duration_s`. */
export interface Status {
  uuid: string;
  status: "done" | "failed" | "idle" | "muted" | "running" | "stale" | "waiting";
  error?: NodeFailure | null;
  duration_s?: number | null;
}

export interface StopAllKwargs {
  deadline_s?: number;
}

export interface StopNodeKwargs {
  uuid: string;
  deadline_s?: number;
}

/** How a stop went: "stuck" when something did not end in time. `restart` offers what would end that: another process with the same graph. Nothing that was answered is lost by it; edits that wait behind the stuck node are not answered yet. */
export interface Stopped {
  success: boolean;
  how: "cancelled" | "killed" | "not_running" | "stuck";
  restart?: boolean;
}

/** The result of a command that has nothing else to say. */
export interface Success {
  success: boolean;
}

/** Which rows are kept. Numbers compare as numbers, everything else as text in any case. */
export interface TableFilter {
  column: number | string;
  op: "!=" | "<" | "<=" | "==" | ">" | ">=" | "contains" | "empty" | "not_empty";
  value: number | string | boolean | null;
}

/** By which column rows are put in order; empty cells come last either way. */
export interface TableSort {
  column: number | string;
  descending: boolean;
}

/** Rows of a table. `total` counts all of them, `matching` those that the filters keep, `width` all columns. `rows` may be fewer than asked for where they are large: go on at `offset` plus their number. Another `version` says that the port holds another value than for the window before. */
export interface TableWindow {
  columns: string[];
  index: unknown[];
  rows: unknown[][];
  total: number;
  matching: number;
  width: number;
  offset: number;
  version: number;
}

export interface TriggerNodeKwargs {
  uuid: string;
}

export interface UndoKwargs {
  steps?: number;
  scope?: "all" | "mine";
  force?: boolean;
}

/** What an undo or redo has done. Attributes: undone: the steps, by the revisions that name them in the history. */
export interface Undone {
  rev: number;
  undone: number[];
}

export interface UpdateConfigKwargs {
  config: Record<string, unknown>;
}

export interface UpdateExternalWorkerKwargs {
  uuid: string;
  name?: string | null;
  config?: Record<string, unknown> | null;
  running?: boolean | null;
}

export interface UpdateGroupKwargs {
  id: string;
  name?: string;
  colour?: string | null;
  collapsed?: boolean;
  parent?: string | null;
  pos?: [number, number] | null;
  size?: [number, number] | null;
  meta?: Record<string, unknown>;
  nodes?: string[] | null;
}

export interface UpdateIoKwargs {
  uuid: string;
  io_id: string;
  name?: string;
  hidden?: boolean;
  value_options?: Record<string, unknown>;
  render_options?: Record<string, unknown>;
  default?: unknown;
}

export interface UpdateNodeInputKwargs {
  uuid: string;
  input_id: string;
  value: unknown;
}

export interface UpdateNodeKwargs {
  uuid: string;
  input_id?: string | null;
  io_id?: string | null;
  io_type?: "input" | "output" | null;
  value?: unknown;
  name?: string;
  description?: string;
  frontend?: FrontendState | null;
  reset_inputs_on_trigger?: boolean;
  timeout_s?: number | null;
  retries?: number;
  properties?: Record<string, unknown> | null;
}

export interface UploadKwargs {
  filename: string;
  data: string;
}

/** How far an upload is; `task` is what the uploading client calls it. `done` comes last, however it ended. */
export interface UploadProgress {
  task: string;
  filename: string;
  received: number;
  total?: number | null;
  done?: boolean;
}

/** Where an uploaded file lies now; `path` is relative to `files/`. */
export interface Uploaded {
  filename: string;
  path: string;
  success: boolean;
}

export interface WhyKwargs {
  uuid: string;
}

/** Something happened to the worker. */
export interface WorkerEvent {
  type: "workerevent";
  event: string;
  data: unknown;
  seq: number;
  prev: number;
}

/** Which worker this is; `notices` are sentences for people: what was damaged, or cannot be loaded. */
export interface WorkerIdentity {
  uuid: string;
  name: string;
  notices: string[];
}

/** The worker's name, run state or journal changed. */
export interface WorkerUpdated {
  name?: string;
  read_only?: string | null;
  paused?: boolean;
  runstate?: string;
}

/** The data of each event by its name. */
export interface EventData {
  node_added: NodeAdded;
  node_removed: NodeRemoved;
  node_updated: NodeUpdated;
  edge_added: EdgeAdded;
  edge_removed: EdgeRemoved;
  node_triggered: NodeTriggered;
  node_done: NodeDone;
  node_ran: NodeRan;
  node_error: NodeErrored;
  node_progress: NodeProgress;
  status: Status;
  io_value_changed: IoValueChanged;
  io_updated: IoUpdated;
  node_ports_changed: PortsChanged;
  group_added: GroupAdded;
  group_updated: GroupUpdated;
  group_removed: GroupRemoved;
  nodespace_cleared: NodespaceCleared;
  nodespace_loaded: NodespaceLoaded;
  nodespace_updated: NodespaceUpdated;
  library_changed: LibraryChanged;
  external_workers_changed: ExternalWorkersChanged;
  worker_updated: WorkerUpdated;
  files_changed: FilesChanged;
  upload_progress: UploadProgress;
  log: LogAdded;
}

/** Kwargs and result of each command by its name. */
export interface Commands {
  add_edge: { kwargs: AddEdgeKwargs; result: Success };
  add_external_worker: { kwargs: AddExternalWorkerKwargs; result: AddedExternal };
  add_node: { kwargs: AddNodeKwargs; result: AddedNode };
  add_package_dependency: { kwargs: AddPackageDependencyKwargs; result: PackageChanges };
  catch_up: { kwargs: CatchUpKwargs; result: CaughtUp };
  clear: { kwargs: Record<string, never>; result: Success };
  copy_nodes: { kwargs: CopyNodesKwargs; result: Fragment };
  delete_file: { kwargs: DeleteFileKwargs; result: Success };
  export_worker: { kwargs: ExportWorkerKwargs; result: Exported };
  find_modules: { kwargs: Record<string, never>; result: Filled };
  full_state: { kwargs: Record<string, never>; result: FullState };
  get_available_modules: { kwargs: Record<string, never>; result: Modules };
  get_config: { kwargs: Record<string, never>; result: Record<string, unknown> };
  get_edges: { kwargs: Record<string, never>; result: EdgeState[] };
  get_external_worker_config: { kwargs: GetExternalWorkerConfigKwargs; result: ExternalConfig };
  get_external_workers: { kwargs: Record<string, never>; result: ExternalWorkerList };
  get_groups: { kwargs: Record<string, never>; result: GroupState[] };
  get_history: { kwargs: GetHistoryKwargs; result: HistoryEntry[] };
  get_io_value: { kwargs: GetIoValueKwargs; result: unknown };
  get_library: { kwargs: Record<string, never>; result: LibraryState };
  get_logs: { kwargs: GetLogsKwargs; result: Logs };
  get_missing_modules: { kwargs: Record<string, never>; result: MissingModules };
  get_nodes: { kwargs: Record<string, never>; result: NodeState[] };
  get_plugins: { kwargs: Record<string, never>; result: Plugin[] };
  get_runstate: { kwargs: Record<string, never>; result: RunState };
  get_table: { kwargs: GetTableKwargs; result: TableWindow };
  get_worker_dependencies: { kwargs: Record<string, never>; result: Record<string, Dependency> };
  group_nodes: { kwargs: GroupNodesKwargs; result: AddedGroup };
  heartbeat: { kwargs: Record<string, never>; result: null };
  import_worker: { kwargs: ImportWorkerKwargs; result: Loaded };
  list_files: { kwargs: Record<string, never>; result: FileInfo[] };
  load_data: { kwargs: LoadDataKwargs; result: Loaded };
  name: { kwargs: Record<string, never>; result: string };
  paste_nodes: { kwargs: PasteNodesKwargs; result: Pasted };
  pause: { kwargs: Record<string, never>; result: Success };
  redo: { kwargs: RedoKwargs; result: Undone };
  remove_edge: { kwargs: RemoveEdgeKwargs; result: Success };
  remove_external_worker: { kwargs: RemoveExternalWorkerKwargs; result: Success };
  remove_group: { kwargs: RemoveGroupKwargs; result: Success };
  remove_node: { kwargs: RemoveNodeKwargs; result: Success };
  remove_package_dependency: { kwargs: RemovePackageDependencyKwargs; result: PackageChanges };
  resume: { kwargs: Record<string, never>; result: Success };
  run_stale: { kwargs: RunStaleKwargs; result: Asked };
  save: { kwargs: Record<string, never>; result: Record<string, unknown> };
  set_node_mode: { kwargs: SetNodeModeKwargs; result: Success };
  stop_all: { kwargs: StopAllKwargs; result: Stopped };
  stop_node: { kwargs: StopNodeKwargs; result: Stopped };
  stop_worker: { kwargs: Record<string, never>; result: Success };
  trigger_node: { kwargs: TriggerNodeKwargs; result: Success };
  undo: { kwargs: UndoKwargs; result: Undone };
  update_config: { kwargs: UpdateConfigKwargs; result: Success };
  update_external_worker: { kwargs: UpdateExternalWorkerKwargs; result: Success };
  update_group: { kwargs: UpdateGroupKwargs; result: Success };
  update_io: { kwargs: UpdateIoKwargs; result: Success };
  update_node: { kwargs: UpdateNodeKwargs; result: Success };
  update_node_input: { kwargs: UpdateNodeInputKwargs; result: Success };
  upload: { kwargs: UploadKwargs; result: Uploaded };
  uuid: { kwargs: Record<string, never>; result: string };
  why: { kwargs: WhyKwargs; result: Reason };
}

export type ServerMessage = Hello | Pong | Result | Failure | NodespaceEvent | WorkerEvent | ProgressMessage | LargeMessage | Resync;
export type ClientMessage = Ping | Cmd;
