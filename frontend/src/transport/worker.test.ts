import { beforeEach, describe, expect, it, vi } from "vitest";
import type { EventFrame, FullState } from "@/protocol/wire";
import type { CommandError } from "@/transport/rpc";
import { WorkerLink, type WorkerHandlers } from "@/transport/worker";

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState: number = WebSocket.CONNECTING;
  binaryType = "";
  sent: { id?: string; cmd?: string; kwargs?: unknown; type: string }[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: string | ArrayBuffer }) => void) | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.drop();
  }
  open(hello: object) {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
    this.push({ type: "hello", client: "me", epoch: "e1", seq: 0, rev: 0, ...hello });
  }
  push(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  drop() {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
  last(cmd: string) {
    return this.sent.filter((frame) => frame.cmd === cmd).at(-1)!;
  }
  answer(cmd: string, result: unknown) {
    this.push({ type: "result", cmd, id: this.last(cmd).id, result });
  }
}

const state = (seq: number) => ({ nodespace: {}, lib: {}, worker: {}, seq, rev: 1 }) as unknown as FullState;
const event = (seq: number, prev: number) => ({ type: "nodespaceevent", event: "node_removed", data: {}, seq, prev });

function start() {
  const handlers = {
    onState: vi.fn<(state: FullState) => void>(),
    onEvent: vi.fn<(frame: EventFrame) => void>(),
    onBinary: vi.fn(),
    onProgress: vi.fn(),
    onFailure: vi.fn<(error: CommandError) => void>(),
    onConnection: vi.fn(),
    batch: (handle: () => void) => handle(),
  } satisfies WorkerHandlers;
  const link = new WorkerLink({
    url: "ws://test/",
    httpBase: "/worker/w/",
    handlers,
    schedule: (handle) => handle(),
    makeSocket: () => new FakeSocket() as unknown as WebSocket,
    fetchText: async () => JSON.stringify(event(2, 1)),
  });
  return { link, handlers, socket: () => FakeSocket.all.at(-1)! };
}

function synced() {
  const started = start();
  started.socket().open({});
  started.socket().answer("full_state", state(1));
  return started;
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});

describe("WorkerLink", () => {
  it("asks for the state after hello and is open once it has it", () => {
    const { handlers, socket } = start();
    socket().open({});
    expect(handlers.onConnection).not.toHaveBeenCalledWith("open");

    socket().answer("full_state", state(1));

    expect(handlers.onState).toHaveBeenCalledTimes(1);
    expect(handlers.onConnection).toHaveBeenLastCalledWith("open");
  });

  it("applies events in order and skips those that the state holds", () => {
    const { handlers, socket } = synced();

    socket().push(event(1, 0));
    socket().push(event(2, 1));
    socket().push(event(4, 2));

    expect(handlers.onEvent.mock.calls.map(([frame]) => frame.seq)).toEqual([2, 4]);
  });

  it("asks for the state again when an event was lost", () => {
    const { handlers, socket } = synced();
    const asked = () => socket().sent.filter((frame) => frame.cmd === "full_state").length;

    socket().push(event(5, 4));
    socket().push(event(6, 5));

    expect(handlers.onEvent).not.toHaveBeenCalled();
    expect(asked()).toBe(2);
    socket().answer("full_state", state(6));
    socket().push(event(7, 6));
    expect(handlers.onEvent).toHaveBeenCalledTimes(1);
  });

  it("catches up after a loss of the connection and repeats what was not answered", async () => {
    const { link, handlers, socket } = synced();
    socket().push(event(3, 1));
    const call = link.call("remove_node", { uuid: "n" });
    const first = socket().last("remove_node");

    socket().drop();
    expect(handlers.onConnection).toHaveBeenLastCalledWith("lost");
    vi.advanceTimersByTime(1000);
    socket().open({ client: "another" });
    expect(socket().last("catch_up").kwargs).toEqual({ epoch: "e1", client: "me", seq: 3 });
    socket().push(event(4, 3));
    socket().answer("catch_up", { success: true, seq: 4 });
    await vi.advanceTimersByTimeAsync(0);

    expect(handlers.onEvent.mock.calls.map(([frame]) => frame.seq)).toEqual([3, 4]);
    expect(handlers.onConnection).toHaveBeenLastCalledWith("open");
    expect(socket().last("remove_node")).toEqual(first);
    socket().answer("remove_node", { success: true });
    await expect(call).resolves.toEqual({ success: true });
  });

  it("takes the state of a worker that was restarted and gives up its open calls", async () => {
    const { link, socket } = synced();
    const call = link.call("add_node", { node_id: "x" });
    const refused = expect(call).rejects.toMatchObject({ code: "lost" });

    socket().drop();
    vi.advanceTimersByTime(1000);
    socket().open({ epoch: "e2" });

    await refused;
    expect(socket().last("full_state")).toBeDefined();
  });

  it("keeps the order behind a message that has to be fetched", async () => {
    const { handlers, socket } = synced();

    socket().push({ type: "large_message", msg_id: "m", size: 9 });
    socket().push(event(3, 2));
    expect(handlers.onEvent).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);

    expect(handlers.onEvent.mock.calls.map(([frame]) => frame.seq)).toEqual([2, 3]);
  });

  it("hands an error to the one who asked", async () => {
    const { link, handlers, socket } = synced();
    const call = link.call("add_node", { node_id: "x" });
    const refused = expect(call).rejects.toMatchObject({ message: "no such node", code: "node_class_not_found" });

    socket().push({ type: "error", cmd: "add_node", id: socket().last("add_node").id, error: "no such node", code: "node_class_not_found" });

    await refused;
    expect(handlers.onFailure).not.toHaveBeenCalled();
  });

  it("reads values that come as bytes", () => {
    const { handlers, socket } = synced();
    const header = new TextEncoder().encode(JSON.stringify({ type: "value", node_uuid: "n", io_id: "o", mime: "image/png", seq: 2, prev: 1 }));
    const frame = new Uint8Array(4 + header.length + 2);
    new DataView(frame.buffer).setUint32(0, header.length);
    frame.set(header, 4);
    frame.set([7, 8], 4 + header.length);

    socket().onmessage?.({ data: frame.buffer });

    const [binary] = handlers.onBinary.mock.calls[0]!;
    expect([...binary.payload]).toEqual([7, 8]);
    expect(binary.header.mime).toBe("image/png");
  });

  it("refuses commands while it is not connected", async () => {
    const { link } = start();

    await expect(link.call("undo", {})).rejects.toMatchObject({ code: "not_connected" });
  });
});
