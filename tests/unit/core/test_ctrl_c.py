"""Ctrl-C in a script, as a user presses it: once."""

import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

import funcnodes_core as fn

SCRIPT = """
import asyncio, sys, time
import funcnodes_core as fn

@fn.NodeDecorator("script.node")
{head} node(x: int) -> int:
    print("runs", flush=True)
    {body}
    return x

@fn.NodeDecorator("script.after")
def after(x: int) -> int:
    print("after", flush=True)
    return x

one, two = node(), after()
one.outputs["out"].connect(two.inputs["x"])
try:
    fn.run([one, two], {{one.inputs["x"]: 1}})
except KeyboardInterrupt:
    print("interrupted", one.in_trigger, one.last_error is not None, flush=True)
"""


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("def", "while x: pass"),
        ("def", "time.sleep(60)"),
        ("async def", "while x: pass"),
        ("async def", "await asyncio.sleep(60)"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="a process there cannot be sent Ctrl-C alone")
def test_ctrl_c_ends_a_node_at_once(head: str, body: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(head=head, body=body)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "runs\n"

        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)

    assert output == "interrupted False True\n"
    assert process.returncode == 0


def test_handlers_are_as_before_a_run_and_other_threads_have_none() -> None:
    @fn.NodeDecorator("ctrl_c.plain")
    def plain(x: int) -> int:
        return x + 1

    before = signal.getsignal(signal.SIGINT)
    node = plain(name="n")
    assert fn.run(node, {"n.x": 1}) == {"n.out": 2}
    assert signal.getsignal(signal.SIGINT) is before
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(fn.run(plain(name="n"), {"n.x": 2})))
    thread.start()
    thread.join(20)

    assert results == [{"n.out": 3}]
