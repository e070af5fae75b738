"""Whole values of a real worker over HTTP: in their own form, in parts, and without keeping others waiting."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from funcnodes_core.codec.exact import from_exact

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]


@asynccontextmanager
async def both(worker: Any) -> AsyncIterator[tuple[Any, aiohttp.ClientSession]]:
    async with worker.client() as one, aiohttp.ClientSession(worker.url, headers=worker.bearer) as web:
        yield one, web


async def shows_something(one: Any, uuid: str) -> bool:
    node = next(node for node in await one.call("get_nodes") if node["uuid"] == uuid)
    port = node["outputs"]["out"]
    return node["status"] == "done" and (port["value"] not in (None, "<NoValue>") or "href" in port)


async def made_by(one: Any, node_id: str, **inputs: Any) -> str:
    """The path of the value that a new node has made of its inputs."""
    await one.call("pause")  # or it would run with its defaults first
    uuid = (await one.call("add_node", node_id=node_id))["uuid"]
    for io_id, value in inputs.items():
        await one.call("update_node_input", uuid=uuid, input_id=io_id, value=value)
    await one.call("resume")
    async with asyncio.timeout(30):
        while not await shows_something(one, uuid):
            await asyncio.sleep(0.01)
    return f"/value/{uuid}/out"


async def fetch(web: aiohttp.ClientSession, path: str, **headers: str) -> tuple[int, str, bytes]:
    async with web.get(path, headers=headers) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), await answer.read()


TEXT = "ä€𝄞"


@pytest.mark.parametrize(
    ("node_id", "n", "mime", "body"),
    [
        ("t.picture", 3, "image/png", b"\x89PNG\r\n\x1a\n\x00\x00\x00"),
        ("t.text", 30_000, "text/plain; charset=utf-8", (TEXT * 30_000).encode()),
        ("t.text", 1, "text/plain; charset=utf-8", TEXT.encode()),
        ("t.items", 3, "application/json", b"[0,1,2]"),
        ("t.items", 300_000, "application/json", json.dumps(list(range(300_000)), separators=(",", ":")).encode()),
        ("t.wave", 100_000, "audio/wav", b"~" * 100_000),
        ("t.drawing", 1, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><g/></svg>"),
        ("t.drawing", 50_000, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g/>" * 50_000 + b"</svg>"),
    ],
)  # fmt: skip
async def test_a_value_comes_as_what_it_is(
    shared_worker: Any, node_id: str, n: int, mime: str, body: bytes
) -> None:
    async with both(shared_worker) as (one, web):
        path = await made_by(one, node_id, n=n)
        assert await fetch(web, path) == (200, mime, body)
        assert await fetch(web, path, Range="bytes=1-3") == (206, mime, body[1:4])
        assert await fetch(web, path, Range=f"bytes={len(body)}-") == (416, mime, b"")
        async with web.head(path) as head:
            assert (head.status, int(head.headers["Content-Length"])) == (200, len(body))
            etag = head.headers["ETag"]
        assert (await fetch(web, path, **{"If-None-Match": etag}))[0] == 304
        assert (await fetch(web, path, **{"If-Range": etag, "Range": "bytes=0-0"}))[2] == body[:1]
        assert (await fetch(web, path, **{"If-Range": '"old"', "Range": "bytes=0-0"}))[2] == body


async def test_a_new_value_has_a_new_tag(shared_worker: Any) -> None:
    async with both(shared_worker) as (one, web):
        path = await made_by(one, "t.items", n=3)
        async with web.get(path) as first:
            etag = first.headers["ETag"]
        await one.call("update_node_input", uuid=path.split("/")[2], input_id="n", value=2)
        async with asyncio.timeout(10):
            while (found := await fetch(web, path, **{"If-None-Match": etag}))[0] == 304:
                await asyncio.sleep(0.01)

    assert found == (200, "application/json", b"[0,1]")


async def test_what_a_port_shows_and_what_it_holds_are_both_to_be_had(shared_worker: Any) -> None:
    async with both(shared_worker) as (one, web):
        small = await made_by(one, "t.drawing", n=1)
        large = await made_by(one, "t.drawing", n=50_000)
        shown = [await fetch(web, f"{path}?preview=1") for path in (small, large)]
        exact = await fetch(web, f"{await made_by(one, 't.picture', n=0)}?format=json")
        strange = await made_by(one, "t.strange")
        status, mime, body = await fetch(web, strange)
        refused = await fetch(web, f"{strange}?format=json")

    assert [(status, mime, body[:4]) for status, mime, body in shown] == [(200, "image/svg+xml", b"<svg")] * 2
    assert exact[:2] == (200, "application/json")
    assert from_exact(json.loads(exact[2])) == b"\x89PNG\r\n\x1a\n"
    assert (status, mime) == (200, "application/json")
    assert sorted(json.loads(body), key=str) == [4, "x"]
    assert refused[0] == 415


async def test_a_port_that_shows_a_part_says_where_the_whole_is(shared_worker: Any) -> None:
    async with both(shared_worker) as (one, web):
        large = (await made_by(one, "t.items", n=100_000)).split("/")[2]
        small = (await made_by(one, "t.items", n=3)).split("/")[2]
        ports = {node["uuid"]: node["outputs"]["out"] for node in await one.call("get_nodes")}
        whole = await fetch(web, ports[large]["href"])

    assert json.loads(whole[2]) == list(range(100_000))
    assert "href" not in ports[small]


async def test_nothing_that_a_node_made_runs_in_a_browser(shared_worker: Any) -> None:
    async with both(shared_worker) as (one, web):
        for node_id, place in (
            ("t.drawing", "attachment"),
            ("t.picture", "inline"),
            ("t.wave", "attachment"),
        ):
            async with web.get(await made_by(one, node_id)) as answer:
                assert answer.headers["Content-Disposition"].startswith(place)
                assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_ports_without_a_value_and_strange_addresses_are_answered(shared_worker: Any) -> None:
    async with both(shared_worker) as (one, web):
        uuid = (await one.call("add_node", node_id="t.add"))["uuid"]
        for path in (
            f"/value/{uuid}/out",
            f"/value/{uuid}/nothing",
            "/value/nobody/out",
            "/value/%2e%2e/out",
        ):
            assert (await fetch(web, path))[0] == 404
        assert (await fetch(web, f"/value/{uuid}/b?io_type=input"))[1:] == ("application/json", b"1")
        assert (await fetch(web, f"/value/{uuid}/b?io_type=output"))[0] == 404


async def test_while_a_large_value_is_made_and_sent_others_are_served(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    loop = asyncio.get_running_loop()
    async with both(worker) as (one, web):
        path = await made_by(one, "t.rows", n=100_000)
        slow = await made_by(one, "t.wave", n=1)
        asked = [
            asyncio.create_task(work)
            for work in (
                fetch(web, path),
                fetch(web, slow),
                one.call("get_io_value", uuid=path.split("/")[2], io_id="out", full=True),
            )
        ]
        async with worker.client() as other:
            waits = []
            while not all(task.done() for task in asked):
                started = loop.time()
                await other.call("uuid")
                waits.append(loop.time() - started)
        over_http, wave, over_the_socket = [await task for task in asked]

    assert json.loads(over_http[2]) == over_the_socket
    assert over_the_socket[-1] == {"id": 99_999, "name": "row 99999", "odd": True, "share": 99_999 / 7}
    assert wave[2] == b"~"
    # the client of this test, which reads ten megabytes of JSON, keeps itself waiting longer than that
    assert sorted(waits)[len(waits) // 2] < 0.1
    print(f"{len(waits)} calls meanwhile, median {sorted(waits)[len(waits) // 2] * 1000:.1f} ms")


async def test_a_table_is_sorted_filtered_and_paged_by_the_worker(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    loop = asyncio.get_running_loop()
    async with both(worker) as (one, web), worker.client() as other:
        path = await made_by(one, "t.rows", n=100_000)
        port = {"uuid": path.split("/")[2], "io_id": "out"}
        asking = asyncio.create_task(
            one.call("get_table", **port, sort=[{"column": "name", "descending": True}], search="9", limit=2)
        )
        waits = []
        while not asking.done():
            started = loop.time()
            await other.call("uuid")
            waits.append(loop.time() - started)
        first = await asking
        started = loop.time()
        later = await one.call(
            "get_table",
            **port,
            sort=[{"column": "name", "descending": True}],
            search="9",
            offset=30_000,
            limit=1,
        )
        page_s = loop.time() - started
        csv = await fetch(web, f"{path}?format=csv")
        refused = await fetch(web, f"{path}?format=xml")
        nothing = await one.request("get_table", {**port, "io_id": "n"})

    assert [row[0] for row in first["rows"]] == [99_999, 99_998]
    assert (first["total"], first["matching"] > 30_000) == (100_000, True)
    assert len(later["rows"]) == 1
    assert csv[:2] == (200, "text/csv; charset=utf-8")
    assert csv[2].splitlines()[1] == b"0,row 0,False,0.0"
    assert refused[0] == 400
    assert nothing["code"] == "conflict"
    assert sorted(waits)[len(waits) // 2] < 0.1
    print(
        f"{len(waits)} calls meanwhile, worst {max(waits) * 1000:.1f} ms; a later page {page_s * 1000:.1f} ms"
    )


async def test_a_large_answer_waits_for_one_fetch_in_pieces(make_worker: MakeWorker) -> None:
    worker = make_worker(message_size_before_request=10_000).start()
    async with both(worker) as (one, web):
        path = await made_by(one, "t.picture", n=3_000_000)
        uuid = path.split("/")[2]
        async with web.ws_connect("/") as plain:
            await plain.send_json(
                {
                    "type": "cmd",
                    "id": 1,
                    "cmd": "get_io_value",
                    "kwargs": {"uuid": uuid, "io_id": "out", "full": True},
                }
            )
            async with asyncio.timeout(10):
                while (note := json.loads((await plain.receive()).data))["type"] != "large_message":
                    continue
        answer = await fetch(web, f"/message/{note['msg_id']}")
        again = await fetch(web, f"/message/{note['msg_id']}")

    assert answer[:2] == (200, "application/json")
    assert len(answer[2]) == note["size"]
    raw = json.loads(answer[2])["result"]["$fn:bytes"]
    assert len(base64.b64decode(raw)) == 3_000_008
    assert again[0] == 404
