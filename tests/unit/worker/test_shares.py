"""Links: what they carry, and that nothing else opens anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from funcnodes_worker.errors import NotFoundError, ShareError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.scopes import FULL, SCOPES, Grant, Need
from funcnodes_worker.shares import ShareBook


class Clock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(tmp_path: Path, clock: Clock) -> ShareBook:
    return ShareBook(ConfigDir(tmp_path), "the-token", now=clock)


def test_a_link_says_what_its_bearer_may_do(book: ShareBook) -> None:
    share, key = book.make(
        "knobs", 8, label="for Ann", worker="w1", inputs=[("n", "a"), ("n", "a")], extras=["files"]
    )

    grant = book.find(key)

    assert grant is not None
    assert (grant.scope, grant.share, grant.label, grant.worker) == ("knobs", share.id, "for Ann", "w1")
    assert grant.inputs == {("n", "a")}
    assert grant.extras == {"files"}
    assert grant.expires_at == share.expires_at == 1_000_000 + 8 * 3600


def test_it_is_over_when_its_time_is(book: ShareBook, clock: Clock) -> None:
    _, key = book.make("view", 8)
    grant = book.find(key)
    assert grant is not None

    clock.time += 8 * 3600 - 1
    assert grant.alive()
    clock.time += 1

    assert not grant.alive()
    assert book.find(key) is None
    assert book.all() == []


def test_it_is_over_when_it_is_revoked(book: ShareBook, tmp_path: Path) -> None:
    share, key = book.make("view", 8)
    other, _ = book.make("view", 8)
    grant = book.find(key)

    book.revoke(share.id)

    assert grant is not None
    assert not grant.alive()
    assert book.find(key) is None
    assert [one.id for one in book.all()] == [other.id]
    with pytest.raises(NotFoundError):
        book.revoke(share.id)


@pytest.mark.parametrize("name", ["../token", "", "0" * 15, "0" * 17, "..", "/etc/passwd", "A" * 16])
def test_an_id_never_becomes_a_path(book: ShareBook, tmp_path: Path, name: str) -> None:
    (tmp_path / "token.json").write_text("{}")

    assert book.find(f"fns.{name}.x") is None
    with pytest.raises(NotFoundError):
        book.revoke(name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scope", "admin"), ("expires_at", 9e9), ("worker", None), ("inputs", [["n", "b"]]),
        ("extras", ["files", "logs"]), ("label", "x"),
    ],
)  # fmt: skip
def test_a_file_that_somebody_changed_opens_nothing(
    book: ShareBook, tmp_path: Path, field: str, value: object
) -> None:
    share, key = book.make("knobs", 8, worker="w1", inputs=[("n", "a")])
    file = tmp_path / "shares" / f"{share.id}.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), field: value}))

    assert book.find(key) is None


def test_a_link_of_one_id_does_not_open_another(book: ShareBook) -> None:
    _, low = book.make("view", 8)
    high, _ = book.make("admin", 8)

    forged = f"fns.{high.id}.{low.rpartition('.')[2]}"

    assert book.find(forged) is None
    assert book.find(low) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda k: k[:-1],
        lambda k: k + "A",
        lambda k: k.upper(),
        lambda k: "",
        lambda k: "fns..",
        lambda k: "ü",
    ],
)
def test_a_key_that_is_not_quite_right_opens_nothing(book: ShareBook, change: Callable[[str], str]) -> None:
    _, key = book.make("view", 8)

    assert book.find(change(key)) is None


def test_another_token_voids_all_links(tmp_path: Path) -> None:
    _, key = ShareBook(ConfigDir(tmp_path), "one").make("view", 8)

    assert ShareBook(ConfigDir(tmp_path), "two").find(key) is None
    assert ShareBook(ConfigDir(tmp_path), "one").find(key) is not None


def test_the_files_are_private_and_hold_no_key(book: ShareBook, tmp_path: Path) -> None:
    _, key = book.make("view", 8)

    (file,) = (tmp_path / "shares").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "shares").stat().st_mode & 0o777 == 0o700
    assert key.rpartition(".")[2] not in file.read_text()


@pytest.mark.parametrize("hours", [0, -1, float("nan"), float("inf"), 24 * 367])
def test_a_link_has_an_end(book: ShareBook, hours: float) -> None:
    with pytest.raises(ShareError):
        book.make("view", hours)


def test_what_makes_no_sense_is_refused(book: ShareBook) -> None:
    with pytest.raises(ShareError, match="lists none"):
        book.make("knobs", 1)
    with pytest.raises(ShareError, match="'edit' sets all of them"):
        book.make("edit", 1, inputs=[("n", "a")])
    with pytest.raises(ShareError, match="one line"):
        book.make("view", 1, label="a\nb")


def test_files_of_links_that_are_over_go(book: ShareBook, clock: Clock, tmp_path: Path) -> None:
    book.make("view", 1)
    clock.time += 3601

    kept, _ = book.make("view", 1)

    assert [file.stem for file in (tmp_path / "shares").glob("*.json")] == [kept.id]


def test_each_scope_holds_those_before_it() -> None:
    for rank, scope in enumerate(SCOPES):
        grant = Grant(scope=scope, share="s")
        assert [one for one in SCOPES if grant.meets(one)] == list(SCOPES[: rank + 1])
        assert grant.limited == (rank < SCOPES.index("edit"))
        assert not grant.full


@pytest.mark.parametrize("need", ["files", "logs", "tracebacks", "values"])
def test_below_edit_only_what_is_listed_is_shown(need: Need) -> None:
    listed = frozenset({need})

    assert not Grant(scope="run", share="s").meets(need)
    assert Grant(scope="view", share="s", extras=listed).meets(need)  # type: ignore[arg-type]
    assert Grant(scope="edit", share="s").meets(need)
    assert FULL.meets(need)


def test_below_edit_only_listed_inputs_are_set() -> None:
    knobs = Grant(scope="run", share="s", inputs=frozenset({("n", "a")}))

    assert knobs.may_set("n", "a")
    assert not knobs.may_set("n", "b")
    assert not knobs.may_set("m", "a")
    assert Grant(scope="edit", share="s").may_set("m", "b")
