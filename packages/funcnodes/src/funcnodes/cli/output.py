"""What the program prints: the only file of this package that does.

Answers go to standard output, so that they can be piped; everything about the way there goes to standard error.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

__all__ = [
    "ProgressLine",
    "answer",
    "ask",
    "error",
    "hint",
    "json_answer",
    "progress",
    "progress_bar",
    "say",
    "table",
]

# control characters but tab and new line, and those that turn the direction of what follows
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)


class ProgressLine(Protocol):
    """Shows how far something is."""

    def __call__(self, text: str, done: float) -> None:
        """Shows a text and the share that is done (0 to 1)."""


def _plain(text: str) -> str:
    """Text that moves no cursor and changes no colour: names and values come from files and from elsewhere."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def answer(text: str) -> None:
    """Prints a line that was asked for; as it is, unless a person reads it on a terminal."""
    _OUT.print(_plain(text) if _OUT.is_terminal else text, markup=False)


def json_answer(value: Any) -> None:
    """Prints a value as JSON."""
    _OUT.print(json.dumps(value, indent=2, ensure_ascii=False), markup=False)


def say(text: str) -> None:
    """Prints what happens."""
    _ERR.print(_plain(text), markup=False, style="dim")


def hint(label: str, text: str) -> None:
    """Prints a labelled line that people look for, such as an address."""
    _ERR.print(f"[bold]{escape(label)}[/bold] {escape(_plain(text))}")


def ask(question: str) -> str:
    """Asks a person and gives the line that they type."""
    return _ERR.input(_plain(question), markup=False)


def error(text: str) -> None:
    """Prints why something was not done."""
    _ERR.print(f"[bold red]error:[/bold red] {escape(_plain(text))}")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints rows below each other; plain and one row a line where the output is no terminal."""
    if not _OUT.is_terminal:
        for row in (columns, *rows):
            _OUT.print("\t".join(map(_plain, row)), markup=False)
        return
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(escape(_plain(cell)) for cell in row))
    _OUT.print(shown)


@contextmanager
def progress() -> Iterator[ProgressLine]:
    """A progress bar on a terminal; elsewhere a line for each new text."""
    if not _ERR.is_terminal:
        yield _PlainProgress()
        return
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_ERR, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def show(text: str, done: float) -> None:
            bar.update(task, description=escape(text), completed=done)

        yield show


@contextmanager
def progress_bar() -> Iterator[ProgressLine]:
    """A progress bar on a terminal; nothing elsewhere, for work that says by itself how it went."""
    if _ERR.is_terminal:
        with progress() as line:
            yield line
    else:
        yield lambda text, done: None


class _PlainProgress:
    """Says each text once."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, text: str, done: float) -> None:
        if text and text != self._last:
            self._last = text
            say(text)
