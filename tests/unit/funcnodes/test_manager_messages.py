"""Requests to the manager: what is understood, and what is said of the rest."""

from __future__ import annotations

import pytest

from funcnodes.errors import RequestError
from funcnodes.manager.messages import (
    Identify,
    NewWorker,
    NewWorkerOptions,
    Ping,
    RenameWorker,
    SetActive,
    Stop,
    WorkerStatusRequest,
    decode,
)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("ping", Ping), ("identify", Identify), ("worker_status", WorkerStatusRequest), ("stop", Stop)],
)
def test_words_and_their_json_forms_are_the_same(word: str, kind: type) -> None:
    assert type(decode(word)) is kind
    assert type(decode(f" {word}\n")) is kind
    assert type(decode(f'{{"type": "{word}"}}')) is kind


def test_an_id_comes_along() -> None:
    assert decode('{"type": "set_active", "workerid": "w", "id": 4}') == SetActive(workerid="w", id=4)
    assert decode('{"type": "rename_worker", "workerid": "w", "name": "n", "id": "x"}').id == "x"


def test_a_new_worker_has_an_environment_unless_it_is_refused() -> None:
    assert decode('{"type": "new_worker"}') == NewWorker(kwargs=NewWorkerOptions())
    assert NewWorkerOptions().in_venv
    assert decode('{"type": "new_worker", "kwargs": {"in_venv": false}}') == NewWorker(
        kwargs=NewWorkerOptions(in_venv=False)
    )


def test_keys_of_later_clients_are_passed_over_outside_of_kwargs() -> None:
    text = '{"type": "rename_worker", "workerid": "w", "name": "n", "later": 1}'

    assert decode(text) == RenameWorker(workerid="w", name="n")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "''"),
        ("pong", "'pong'"),
        ("[]", "array"),
        ("{}", "type"),
        ('{"type": "new_worker", "kwargs": {"data_path": "/x"}}', "data_path"),
        ('{"type": "new_worker", "kwargs": {"in_venv": 1}}', "in_venv"),
        ('{"type": "rename_worker", "workerid": "w"}', "name"),
        ('{"type": "set_active", "workerid": null}', "workerid"),
        ("\ud800", "neither"),
    ],
)
def test_what_is_wrong_is_named(text: str, names: str) -> None:
    with pytest.raises(RequestError, match=names):
        decode(text)
