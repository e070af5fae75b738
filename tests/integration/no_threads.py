"""A worker as Pyodide runs it: one loop, and no thread can be started. Prints what became of it as JSON."""

import _thread
import asyncio
import json
import sys
import threading

import funcnodes_core as fn
from funcnodes_core.nodemaker.instance import instance_nodefunction
from funcnodes_core.plugins import InstalledModule
from funcnodes_worker import FuncNodesExternalWorker, RemoteWorker, remote_worker


def forbidden(*args, **kwargs):
    """What a platform without threads does."""
    raise RuntimeError("can't start new thread")


threading.Thread.start = _thread.start_new_thread = threading._start_new_thread = forbidden
remote_worker._THREADS = False  # as on the platform itself


@fn.NodeDecorator("x.add")
def add(a: int, b: int = 1) -> int:
    """The sum."""
    return a + b


@fn.NodeDecorator("x.picture")
def picture(n: int = 4) -> bytes:
    """Bytes that look like a PNG."""
    return b"\x89PNG\r\n\x1a\n" + bytes(n)


class Counter(FuncNodesExternalWorker):
    """Counts."""

    NODECLASSID = "x.counter"
    count = 0

    async def loop(self):
        self._delay = 0.1
        self.count += 1

    @instance_nodefunction()
    def counted(self) -> int:
        """How far it is."""
        return self.count


class Carried(RemoteWorker):
    """Keeps what it would send."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.sent = asyncio.Queue()
        self.bytes = []
        self.number = 0

    async def sendmessage(self, msg, **kwargs):
        self.sent.put_nowait(json.loads(msg))

    async def send_bytes(self, data, header, **kwargs):
        self.bytes.append(header["mime"])

    async def ask(self, cmd, **kwargs):
        """What a client gets for a command."""
        self.number += 1
        self.receive_message({"type": "cmd", "id": self.number, "cmd": cmd, "kwargs": kwargs})
        async with asyncio.timeout(10):
            while (message := await self.sent.get()).get("id") != self.number or message[
                "type"
            ] == "progress":
                continue
        return message.get("result") if message["type"] == "result" else {"error": message["error"]}


async def main():
    """Use it as an editor does, stop it, and see what is there the next time."""
    module = InstalledModule("counters", sys.modules[__name__], entry_points={"external_worker": [Counter]})
    fn.AVAILABLE_MODULES["counters"] = module
    shelf = fn.Shelf(name="Mine", nodes=[add, picture], subshelves=[], description="")
    found = {}
    async with Carried(uuid="r", default_nodes=[shelf]) as worker:
        await worker.ask("add_node", node_id="x.add", uuid="a")
        await worker.ask("update_node_input", uuid="a", input_id="a", value=5)
        await worker.ask("add_node", node_id="x.picture", uuid="p")
        await worker.ask("trigger_node", uuid="p")
        await worker.ask("add_external_worker", classid="x.counter", uuid="c")
        await worker.ask("add_node", node_id="x.counter.c.counted", uuid="n")
        await worker.ask("trigger_node", uuid="n")
        while not isinstance(await worker.ask("get_io_value", uuid="n", io_id="out"), int):
            await asyncio.sleep(0)
        found["sum"] = await worker.ask("get_io_value", uuid="a", io_id="out", full=True)
        commands = (
            "save",
            "export_worker",
            "get_logs",
            "list_files",
            "undo",
            "redo",
            "get_history",
            "why",
            "stop_all",
        )
        answers = {cmd: await worker.ask(cmd, **({"uuid": "a"} if cmd == "why" else {})) for cmd in commands}
        found["refused"] = {
            cmd: got["error"] for cmd, got in answers.items() if isinstance(got, dict) and "error" in got
        }
        found["state"] = worker.runstate
    found |= {"bytes": sorted(set(worker.bytes)), "end": worker.runstate}
    async with Carried(uuid="r", default_nodes=[shelf]) as again:
        found["again"] = await again.ask("get_io_value", uuid="a", io_id="out")
    print(json.dumps({**found, "threads": threading.active_count()}))


asyncio.run(main())
