/** The link to one worker: state, events in order, commands; it catches up by itself after a loss. */

import type { Json } from "@/protocol/json";
import type { Access } from "@/protocol/types.gen";
import { readBinary, readText } from "@/protocol/frames";
import type { BinaryFrame, EventFrame, Frame, FullState } from "@/protocol/wire";
import { type Call, Calls, CommandError, type Link, plainText } from "@/transport/rpc";
import { ReconnectingSocket, type SocketOptions, type SocketState } from "@/transport/socket";

export interface WorkerHandlers {
  onState(state: FullState): void;
  onEvent(frame: EventFrame): void;
  onBinary(frame: BinaryFrame): void;
  onProgress(text: string, progress: number | null, task: string): void;
  onFailure(error: CommandError): void;
  /** "open" only once the graph on screen is the worker's. */
  onConnection(state: SocketState): void;
  /** What this editor may do, said first. */
  onAccess?(access: Access): void;
  /** Wraps the handling of everything that arrived together. */
  batch(handle: () => void): void;
}

export interface WorkerLinkOptions extends Pick<SocketOptions, "makeSocket"> {
  url: string;
  httpBase: string;
  handlers: WorkerHandlers;
  /** Calls back when it is time to draw; by default the next animation frame. */
  schedule?: (handle: () => void) => void;
  fetchText?: (url: string) => Promise<string>;
}

type Arrived = { text: Frame } | { binary: BinaryFrame };

const HIDDEN_MS = 60;

function nextFrame(handle: () => void): void {
  if (document.hidden) setTimeout(handle, HIDDEN_MS);
  else requestAnimationFrame(handle);
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

export class WorkerLink implements Link {
  readonly httpBase: string;
  private readonly socket: ReconnectingSocket;
  private readonly calls: Calls;
  private readonly handlers: WorkerHandlers;
  private arrived: Arrived[] = [];
  private drainPlanned = false;
  private parked = false;
  private epoch = "";
  private client = "";
  /** Log position that the state on screen has reached. */
  private seq = 0;
  private synced = false;
  /** Id of the request for the whole state that is under way. */
  private stateCall: string | null = null;

  constructor(private readonly options: WorkerLinkOptions) {
    this.httpBase = options.httpBase;
    this.handlers = options.handlers;
    this.calls = new Calls((text) => this.socket.send(text));
    this.socket = new ReconnectingSocket({
      url: options.url,
      protocols: ["funcnodes.v1"],
      makeSocket: options.makeSocket,
      ping: JSON.stringify({ type: "ping" }),
      onText: (text) => this.arrive({ text: readText(text) }),
      onBinary: (data) => this.arrive({ binary: readBinary(data) }),
      onState: (state) => this.onSocket(state),
    });
  }

  /** The id that the worker knows this editor by. */
  get clientId(): string {
    return this.client;
  }

  get attempts(): number {
    return this.socket.attempts;
  }

  nextId = (): string => this.calls.nextId();

  call: Call = (cmd, kwargs, options) => this.calls.call(cmd, kwargs, options);

  retryNow = (): void => this.socket.retryNow();

  close(): void {
    this.socket.close();
    this.calls.failAll(new CommandError("The editor has left this worker", "closed", null));
  }

  private onSocket(state: SocketState): void {
    if (state === "open") return; // open means in step with the worker, see `caughtUp`
    this.synced = false;
    this.stateCall = null;
    this.arrived = [];
    this.handlers.onConnection(state);
  }

  private arrive(item: Arrived): void {
    this.arrived.push(item);
    this.plan();
  }

  private plan(): void {
    if (this.drainPlanned || this.parked) return;
    this.drainPlanned = true;
    (this.options.schedule ?? nextFrame)(() => {
      this.drainPlanned = false;
      this.handlers.batch(() => this.drain());
    });
  }

  private drain(): void {
    while (!this.parked) {
      const next = this.arrived.shift();
      if (next === undefined) return;
      this.handle(next);
    }
  }

  /** What cannot be applied must not hide what comes behind it: the editor starts over from the whole state. */
  private handle(next: Arrived): void {
    try {
      if ("binary" in next) this.onBinary(next.binary);
      else this.onFrame(next.text);
    } catch (error) {
      console.error(error);
      const isEvent = "binary" in next || next.text.type === "nodespaceevent";
      if (isEvent) this.askState();
      else this.handlers.onFailure(new CommandError(`The editor cannot read what the worker sent: ${String(error)}`, "unreadable", null));
    }
  }

  private onFrame(frame: Frame): void {
    switch (frame.type) {
      case "hello":
        this.handlers.onAccess?.(frame.access);
        this.onHello(frame.epoch, frame.client, frame.seq);
        break;
      case "nodespaceevent":
      case "workerevent":
        if (this.inOrder(frame)) this.handlers.onEvent(frame);
        break;
      case "result":
        // The state is taken here, not when its promise resolves: events right behind it belong on top of it.
        if (frame.id !== undefined && frame.id === this.stateCall) this.takeState(frame.result as unknown as FullState);
        this.calls.answer(frame.id, (frame.result ?? null) as Json);
        break;
      case "error":
        this.onError(frame);
        break;
      case "progress":
        this.handlers.onProgress(frame.text, frame.progress, String(frame.task ?? ""));
        break;
      case "resync":
        this.askState();
        break;
      case "large_message":
        this.fetchParked(frame.msg_id);
        break;
      case "pong":
        break;
    }
  }

  private onBinary(frame: BinaryFrame): void {
    if (this.inOrder(frame.header)) this.handlers.onBinary(frame);
  }

  private onError(frame: Extract<Frame, { type: "error" }>): void {
    const error = new CommandError(plainText(frame.error, frame.code), frame.code, frame.data as Json, frame.traceback);
    if (!this.calls.fail(frame.id, error)) this.handlers.onFailure(error);
  }

  private onHello(epoch: string, client: string, seq: number): void {
    const known = this.epoch !== "" && this.epoch === epoch;
    if (!known) {
      this.calls.failAll(new CommandError("The worker was restarted before it answered", "lost", null));
      this.epoch = epoch;
      this.client = client;
      this.seq = seq;
      this.askState();
      return;
    }
    const from = { epoch, client: this.client, seq: this.seq };
    this.synced = true; // what catch_up sends is in order behind `seq`
    this.calls.call("catch_up", from).then(
      // Without success a `resync` comes as well, which asks for the state.
      (result) => result.success && this.caughtUp(),
      () => this.askState(),
    );
  }

  private caughtUp(): void {
    this.handlers.onConnection("open");
    this.calls.resend();
  }

  /** False for an event that is in the state already, or that shows a loss (then the state is asked for). */
  private inOrder(frame: { seq?: number; prev?: number }): boolean {
    if (!this.synced || frame.seq === undefined) return this.synced;
    if (frame.seq <= this.seq) return false;
    if (frame.prev !== undefined && frame.prev > this.seq) {
      this.askState();
      return false;
    }
    this.seq = frame.seq;
    return true;
  }

  private askState(): void {
    this.synced = false;
    if (this.stateCall !== null) return;
    const id = this.calls.nextId();
    this.stateCall = id;
    this.calls.call("full_state", {}, { id }).catch((error: CommandError) => {
      this.stateCall = null;
      if (error.code !== "not_connected" && error.code !== "lost") this.handlers.onFailure(error);
    });
  }

  private takeState(state: FullState): void {
    this.stateCall = null;
    this.seq = state.seq;
    this.client = state.client ?? this.client;
    this.epoch = state.epoch ?? this.epoch;
    this.synced = true;
    this.handlers.onState(state);
    this.handlers.onConnection("open");
  }

  /** Everything behind a parked message waits for it, so that the order stays. */
  private fetchParked(id: string): void {
    this.parked = true;
    const get = this.options.fetchText ?? fetchText;
    get(`${this.httpBase}message/${encodeURIComponent(id)}`)
      .then(
        (text) => this.arrived.unshift({ text: readText(text) }),
        () => this.socket.restart(),
      )
      .finally(() => {
        this.parked = false;
        this.plan();
      });
  }
}
