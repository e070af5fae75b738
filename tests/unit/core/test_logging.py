"""The logger and its handlers."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from funcnodes_core import _logging, config


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Test mode, and a logger without handlers before and after."""
    monkeypatch.setattr(_logging._Settings, "folder", None)
    monkeypatch.setattr(_logging._Settings, "max_length", None)
    monkeypatch.setattr(_logging._Settings, "format", _logging.DEFAULT_FORMAT)
    config.set_in_test()
    logger = _logging.FUNCNODES_LOGGER
    before, level = list(logger.handlers), logger.level
    logger.handlers.clear()
    yield
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.handlers.extend(before)
    logger.setLevel(level)
    config.set_in_test(False)


def names(logger: logging.Logger) -> list[str | None]:
    return [handler.name for handler in logger.handlers]


def test_the_settings_name_the_handlers() -> None:
    logger = _logging.FUNCNODES_LOGGER

    _logging._update_logger(logger)
    _logging._update_logger_handlers(logger)

    assert logger.name == "funcnodes"
    assert names(logger) == ["console", "file"]


def test_a_handler_set_to_false_goes_away() -> None:
    logger = _logging.FUNCNODES_LOGGER
    _logging._update_logger_handlers(logger)
    config.update_config({"logging": {"handler": {"file": False}}})

    _logging._update_logger_handlers(logger)
    _logging._update_logger_handlers(logger)

    assert names(logger) == ["console"]


def test_handlers_of_others_stay() -> None:
    other = logging.NullHandler()
    _logging.FUNCNODES_LOGGER.addHandler(other)

    _logging._update_logger_handlers(_logging.FUNCNODES_LOGGER)

    assert other in _logging.FUNCNODES_LOGGER.handlers


def test_the_log_file_appears_with_the_first_record() -> None:
    logger = _logging.FUNCNODES_LOGGER
    _logging._update_logger(logger)
    path = config.get_config_dir() / "logs" / "funcnodes.log"

    before = path.exists()
    logger.warning("hello")

    assert before is False
    assert "hello" in path.read_text()


def test_log_files_can_be_moved(tmp_path: Path) -> None:
    logger = _logging.FUNCNODES_LOGGER
    _logging._update_logger(logger)

    _logging.set_logging_dir(tmp_path / "logs")
    logger.warning("moved")

    assert names(logger) == ["console", "file"]
    assert "moved" in (tmp_path / "logs" / "funcnodes.log").read_text()


def test_format_and_length_are_set(tmp_path: Path) -> None:
    logger = _logging.FUNCNODES_LOGGER
    _logging.set_logging_dir(tmp_path)
    _logging._update_logger(logger)

    _logging.set_log_format("%(levelname)s|%(message)s", max_length=20)
    logger.warning("x" * 50)

    written = (tmp_path / "funcnodes.log").read_text()
    assert written == "WARNING|" + "x" * 12 + "... (38 more characters)\n"


def test_loggers_are_children_of_funcnodes() -> None:
    child = _logging.get_logger("worker")
    same = _logging.get_logger("funcnodes.worker")
    apart = _logging.get_logger("apart", propagate=False)

    assert child is same
    assert child.name == "funcnodes.worker"
    assert child.propagate is True
    assert names(apart) == ["console", "file"]
    for handler in list(apart.handlers):
        _logging._drop(apart, handler)
