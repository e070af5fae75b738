/** The link to the manager of workers (protocol.md section 7). */

import type { Json } from "@/protocol/json";
import { Calls, CommandError } from "@/transport/rpc";
import { ReconnectingSocket, type SocketOptions, type SocketState } from "@/transport/socket";

export interface ManagedWorker {
  uuid: string;
  name?: string | null;
  host?: string;
  port?: number;
  status?: string;
  state?: string;
  detail?: string;
  remote?: string | null;
}

export type ManagerFrame = { type: string; id?: string; [key: string]: unknown };

export interface ManagerHandlers {
  onStatus(active: ManagedWorker[], inactive: ManagedWorker[]): void;
  onProgress(workerId: string, text: string, progress: number | null): void;
  onFailure(error: CommandError): void;
  onConnection(state: SocketState, attempts: number): void;
}

export interface ManagerLinkOptions extends Pick<SocketOptions, "makeSocket"> {
  url: string;
  handlers: ManagerHandlers;
}

export class ManagerLink {
  private readonly socket: ReconnectingSocket;
  private readonly calls: Calls;

  constructor(private readonly options: ManagerLinkOptions) {
    this.calls = new Calls((text) => this.socket.send(text));
    this.socket = new ReconnectingSocket({
      url: options.url,
      makeSocket: options.makeSocket,
      ping: "ping",
      onText: (text) => this.onText(text),
      onOpen: () => this.socket.send("worker_status"),
      onState: (state) => {
        if (state !== "open") {
          this.calls.failAll(new CommandError("The connection to the manager was lost", "lost", null));
        }
        options.handlers.onConnection(state, this.socket.attempts);
      },
    });
  }

  /** Asks the manager; resolves with its answering frame. */
  ask(type: string, fields: { [key: string]: unknown } = {}): Promise<Json> {
    return this.calls.ask(type, fields);
  }

  close(): void {
    this.socket.close();
  }

  private onText(text: string): void {
    if (text === "pong") return;
    const frame = JSON.parse(text) as ManagerFrame;
    const { handlers } = this.options;
    if (frame.type === "worker_status") {
      handlers.onStatus((frame.active ?? []) as ManagedWorker[], (frame.inactive ?? []) as ManagedWorker[]);
    } else if (frame.type === "progress") {
      const progress = typeof frame.progress === "number" ? frame.progress : null;
      handlers.onProgress(String(frame.workerid ?? ""), String(frame.text ?? ""), progress);
      return; // an answer follows
    } else if (frame.type === "error") {
      const error = new CommandError(String(frame.error), String(frame.code ?? ""), null);
      if (!this.calls.fail(frame.id, error)) handlers.onFailure(error);
      return;
    }
    this.calls.answer(frame.id, frame as unknown as Json);
  }
}
