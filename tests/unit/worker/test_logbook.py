"""The log book and the streams that fill it: lines, whose they are, and how many of them."""

from __future__ import annotations

import io
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_worker import logbook, output
from funcnodes_worker.logbook import LogBook
from funcnodes_worker.output import CapturedStream, Speaker, remember_speakers, speaker
from funcnodes_worker.processlog import BookHandler, captured

SPEAKERS: list[str] = []


@fn.NodeDecorator("book.who", name="Who")
def who(a: int = 1) -> int:
    """Notes who speaks, here and in a thread of its own."""
    note()
    thread = threading.Thread(target=note)
    thread.start()
    thread.join()
    return a


def note() -> None:
    SPEAKERS.append(speaker().uuid)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def time(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(logbook, "time", made)
    monkeypatch.setattr(output, "time", made)
    return made


def texts(book: LogBook, **choice: Any) -> list[str]:
    return [line.text for line in book.read(**choice)[0]]


def test_lines_are_read_by_node_level_and_number() -> None:
    book = LogBook()
    book.add("info", "a")
    book.add("warning", "b", node="n1")
    book.add("error", "c", node="n2")
    book.add("debug", "d", node="n1")

    assert texts(book) == ["a", "b", "c", "d"]
    assert texts(book, node="n1") == ["b", "d"]
    assert texts(book, level="warning") == ["b", "c"]
    assert texts(book, since=2) == ["c", "d"]
    assert book.read(limit=1) == (book.read(since=3)[0], True)
    assert texts(book, limit=0) == []
    assert texts(book, node="nobody") == []
    assert book.last == 4


def test_a_noisy_node_pushes_out_only_its_own_lines() -> None:
    book = LogBook()
    book.add("info", "quiet", node="q")
    for number in range(2000):
        book.add("info", str(number), node="noisy")
    for _number in range(150):
        book.add("info", "x" * 5000, node="long")

    assert texts(book, node="q") == ["quiet"]
    assert len(texts(book, node="noisy", limit=5000)) == 500
    assert sum(map(len, texts(book, node="long"))) <= 128 * 1024
    assert texts(book, node="long")[0].endswith("(1000 more characters)")


def test_the_lines_of_the_nodes_that_spoke_last_are_kept() -> None:
    book = LogBook()
    for number in range(300):
        book.add("info", "x", node=str(number))

    assert texts(book, node="0") == []
    assert texts(book, node="299") == ["x"]


def test_a_flood_is_let_through_slowly_and_counted(clock: Clock) -> None:
    book = LogBook()

    at_once = sum(book.allows("n", 10) for _ in range(2000))
    clock.now_s += 2
    later = sum(book.allows("n", 10) for _ in range(2000))

    assert at_once == 500
    assert later == 100
    assert book.allows("other", 10)
    assert book.take_left_out() == {"n": 3400}
    assert book.take_left_out() == {}


def test_a_flood_of_long_lines_is_one_too(clock: Clock) -> None:
    book = LogBook()

    assert sum(book.allows("n", 50_000) for _ in range(10)) == 2


def test_the_first_untold_line_wakes_the_teller() -> None:
    book = LogBook()
    woken: list[int] = []
    book.on_first = lambda: woken.append(1)

    book.add("info", "a")
    book.add("info", "b")
    told = [line.text for line in book.take_untold()]
    book.add("info", "c")

    assert told == ["a", "b"]
    assert len(woken) == 2


class Stream:
    """A captured stream and what comes out of it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stream = CapturedStream(io.StringIO(), "stdout", self._take, lambda: None)

    def _take(self, line: str, who: Speaker, name: str) -> None:
        self.lines.append(line)
        if line == "once more":
            print("from inside", file=self.stream)


def test_what_is_written_is_cut_into_lines(clock: Clock) -> None:
    made = Stream()

    print("a", "b", file=made.stream)
    print("c", end="", file=made.stream)
    print("d\n\ne", end="", file=made.stream)
    assert made.lines == ["a b", "cd", ""]

    assert made.stream.flush_parts()
    clock.now_s += 1
    assert not made.stream.flush_parts()
    assert made.lines[3:] == ["e"]


def test_a_progress_bar_is_its_newest_state(clock: Clock) -> None:
    made = Stream()

    for percent in (0, 50, 100):
        made.stream.write(f"\r{percent} %")
    made.stream.write("\n")
    made.stream.write("windows\r\n")

    assert made.lines == ["100 %", "windows"]


def test_a_line_without_an_end_is_bounded() -> None:
    made = Stream()

    for _ in range(100):
        made.stream.write("x" * 1000)

    assert len(made.lines) == 20
    assert max(map(len, made.lines)) == 5000


def test_who_takes_lines_may_print(clock: Clock) -> None:
    made = Stream()

    print("once more", file=made.stream)

    assert made.lines == ["once more"]
    assert made.stream.real.getvalue() == "from inside\n"


def test_a_stream_is_a_text_stream() -> None:
    made = Stream()

    assert made.stream.writable()
    assert not made.stream.isatty()
    with pytest.raises(TypeError, match="must be str"):
        made.stream.write(b"x")  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_threads_belong_to_the_node_that_starts_them() -> None:
    SPEAKERS.clear()
    forget = remember_speakers()
    try:
        node = who()
        await node
    finally:
        forget()
    note()

    assert SPEAKERS[-3:] == [node.uuid, node.uuid, ""]


def test_records_of_logging_become_lines() -> None:
    book = LogBook()
    handler = BookHandler(book)
    logger = logging.Logger("some.library")
    logger.addHandler(handler)

    logger.warning("%s of %s", 1, 2)
    try:
        raise ValueError("broken")
    except ValueError:
        logger.exception("failed")

    lines = book.read()[0]
    assert [(line.level, line.logger) for line in lines] == [
        ("warning", "some.library"),
        ("error", "some.library"),
    ]
    assert lines[0].text == "1 of 2"
    assert lines[1].text.startswith("failed\nTraceback")


def test_the_end_of_an_earlier_log_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text(
        "2026-01-02 03:04:05,678 WARNING funcnodes.worker: careful\n"
        "2026-01-02 03:04:06,000 INFO funcnodes.node: [node-1] [a] text\n"
        "2026-01-02 03:04:07,000 ERROR lib: [x] y\n"
        "    Traceback\n"
        "2026-99-99 03:04:07,000 INFO lib: odd day\n"
    )
    book = LogBook()

    with captured(tmp_path, book):
        lines = book.read()[0]

    assert [(line.level, line.text, line.node or "") for line in lines] == [
        ("warning", "careful", ""),
        ("info", "[a] text", "node-1"),
        ("error", "[x] y", ""),
        ("info", "    Traceback", ""),
        ("info", "odd day", ""),
    ]
    assert lines[0].time % 1 == pytest.approx(0.678)


def test_capturing_leaves_everything_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start, handlers = threading.Thread.start, list(logging.getLogger().handlers)
    book = LogBook()

    with captured(tmp_path, book):
        print("inside")
    print("outside")

    assert texts(book) == ["inside"]
    assert capsys.readouterr().out == "inside\noutside\n"
    assert threading.Thread.start is start
    assert logging.getLogger().handlers == handlers
    assert "print.stdout: inside" in (tmp_path / "worker.log").read_text()
