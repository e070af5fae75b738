"""What large files and tables cost a worker: its memory, and what others have to wait."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

MEBIBYTE = 2**20
PIECE = bytes(range(256)) * 4096  # one mebibyte
HEAD = b'--b\r\nContent-Disposition: form-data; name="f"; filename="large.bin"\r\n\r\n'
TAIL = b"\r\n--b--\r\n"


class Watch:
    """The growth of a process, and how long a ping takes beside what it does."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._one = worker.connect()
        self._one.receive()
        self._start = worker.fact("VmRSS")
        self.growth_mib = 0.0
        self.waits_ms: list[float] = []

    def look(self) -> None:
        """Measure now."""
        begin = time.perf_counter()
        self._one.send(b'{"type":"ping"}')
        self._one.receive_until(b'"pong"')
        self.waits_ms.append((time.perf_counter() - begin) * 1000)
        self.growth_mib = max(self.growth_mib, (self._worker.fact("VmRSS") - self._start) / 1024)


@contextlib.contextmanager
def connection(worker: Any) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", worker.port, timeout=120)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.timeout(180)
def test_a_gibibyte_in_and_out(kit: Any, figures: Any, make_worker: Any) -> None:
    worker, mebibytes = make_worker(), 1024
    watch = Watch(worker)
    headers = {"Authorization": f"Bearer {worker.token}", "Host": f"localhost:{worker.port}"}
    size = len(HEAD) + mebibytes * MEBIBYTE + len(TAIL)

    def body() -> Iterator[bytes]:
        yield HEAD
        for number in range(mebibytes):
            yield PIECE
            if number % 16 == 0:
                watch.look()
        yield TAIL

    with connection(worker) as made:
        begin = time.perf_counter()
        kind = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(size)}
        made.request("POST", "/upload/", body=body(), headers={**headers, **kind})
        answer = made.getresponse()
        stored = json.loads(answer.read())
        up_s = time.perf_counter() - begin
        assert answer.status == 200
    digest = hashlib.sha256()
    with connection(worker) as made:
        begin = time.perf_counter()
        made.request("GET", f"/files/{stored['path']}", headers=headers)
        answer = made.getresponse()
        count = 0
        while piece := answer.read(MEBIBYTE):
            digest.update(piece)
            count += 1
            if count % 16 == 0:
                watch.look()
        down_s = time.perf_counter() - begin

    expected = hashlib.sha256()
    for _ in range(mebibytes):
        expected.update(PIECE)
    assert digest.digest() == expected.digest()
    figures.add(kit.Row("1 GiB in and out: growth of the worker", watch.growth_mib, 50, "MiB"))
    assert watch.growth_mib < 50
    waits = sorted(watch.waits_ms)
    figures.add(kit.Row("  a ping meanwhile, p50", waits[len(waits) // 2], 10, "ms"))
    figures.add(kit.Row("  in", mebibytes / up_s, 200, "MiB/s", higher_is_better=True))
    figures.add(kit.Row("  out", mebibytes / down_s, 200, "MiB/s", higher_is_better=True))


def test_a_window_of_a_large_table(kit: Any, figures: Any, make_worker: Any) -> None:
    worker = make_worker()
    one, watch = worker.connect(), Watch(worker)
    one.receive()
    one.call("add_node", node_id="b.rows", uuid="x")
    one.send(kit.command("update_node_input", uuid="x", input_id="n", value=100_000))
    one.receive_until(b'"io_id":"out"')
    times = []
    for offset in (0, 200, 50_000):
        ask = kit.command(
            "get_table", id="t", uuid="x", io_id="out", sort=[{"column": "name"}], offset=offset
        )
        begin = time.perf_counter()
        one.send(ask)
        while offset == 0 and time.perf_counter() - begin < 0.2:
            watch.look()
        one.receive_until(b'"id":"t"')
        times.append((time.perf_counter() - begin) * 1000)

    figures.add(kit.Row("100 000 rows sorted by text: until the first page", times[0], 2000, "ms"))
    figures.add(kit.Row("  a later page of the same order", max(times[1:]), 20, "ms"))
    waits = sorted(watch.waits_ms)
    figures.add(kit.Row("  a ping meanwhile, p50", waits[len(waits) // 2], 10, "ms"))
