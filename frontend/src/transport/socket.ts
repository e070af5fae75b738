/** A WebSocket that comes back by itself, and notices when the other side has gone silent. */

export type SocketState = "connecting" | "open" | "lost" | "closed";

export interface SocketOptions {
  url: string;
  protocols?: string[];
  onText(text: string): void;
  onBinary?(data: ArrayBuffer): void;
  onOpen?(): void;
  onState(state: SocketState): void;
  /** What to send to hear that the other side is there. */
  ping: string;
  makeSocket?: (url: string, protocols: string[]) => WebSocket;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;
const PING_MS = 15_000;
const SILENCE_MS = 40_000;

export class ReconnectingSocket {
  private socket: WebSocket | null = null;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private pingTimer: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private closed = false;
  /** Attempts since the last time it was open. */
  attempts = 0;

  constructor(private readonly options: SocketOptions) {
    this.open();
    globalThis.addEventListener?.("online", this.retryNow);
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** False when it is not open: nothing is kept for later. */
  send(text: string): boolean {
    if (!this.isOpen) return false;
    this.socket?.send(text);
    return true;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retryTimer);
    clearInterval(this.pingTimer);
    globalThis.removeEventListener?.("online", this.retryNow);
    this.socket?.close(1000);
    this.options.onState("closed");
  }

  /** Ends the connection and makes another one, as after a loss. */
  restart(): void {
    this.socket?.close(4000);
  }

  retryNow = (): void => {
    if (this.closed || this.socket !== null) return;
    clearTimeout(this.retryTimer);
    this.open();
  };

  private open(): void {
    this.attempts += 1;
    const make = this.options.makeSocket ?? ((url, protocols) => new WebSocket(url, protocols));
    const socket = make(this.options.url, this.options.protocols ?? []);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.retryMs = FIRST_RETRY_MS;
      this.attempts = 0;
      this.heardAt = Date.now();
      this.pingTimer = setInterval(() => this.checkAlive(socket), PING_MS);
      this.options.onState("open");
      this.options.onOpen?.();
    };
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) return;
      this.heardAt = Date.now();
      if (typeof message.data === "string") this.options.onText(message.data);
      else this.options.onBinary?.(message.data);
    };
    socket.onclose = () => this.onClose(socket);
  }

  private checkAlive(socket: WebSocket): void {
    if (Date.now() - this.heardAt > SILENCE_MS) socket.close(4001);
    else this.send(this.options.ping);
  }

  private onClose(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    clearInterval(this.pingTimer);
    if (this.closed) return;
    this.options.onState("lost");
    this.retryTimer = setTimeout(() => this.open(), this.retryMs * (0.8 + 0.4 * Math.random()));
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }
}

/** The path below which this page is served, with a slash at the end: a reverse proxy may put it below one. */
export const rootPath = (): string => new URL(".", document.baseURI).pathname;

/** The address of a WebSocket route (without a leading slash) of the server that served this page. */
export function socketUrl(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${rootPath()}${path}`;
}
