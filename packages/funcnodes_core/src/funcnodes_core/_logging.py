"""The logger of FuncNodes and its handlers.

Importing attaches no handler: a script's warnings reach Python's handler of last resort. Processes
of ours call `_update_logger` to attach the handlers that the settings name.
"""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import Any

from funcnodes_core.config import get_config, get_config_dir

__all__ = [
    "FUNCNODES_LOGGER",
    "get_logger",
    "get_logging_dir",
    "set_log_format",
    "set_logging_dir",
]

FUNCNODES_LOGGER = logging.getLogger("funcnodes")

DEFAULT_FORMAT = "%(asctime)s - %(name)s - %(levelname)s - %(message)s"


class _Settings:
    """What the handlers have in common."""

    folder: Path | None = None
    format = DEFAULT_FORMAT
    max_length: int | None = None


class _ShorteningFormatter(logging.Formatter):
    """Cuts messages that are longer than the limit."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        limit = _Settings.max_length
        if limit is not None and len(text) > limit:
            return text[:limit] + f"... ({len(text) - limit} more characters)"
        return text


def get_logging_dir() -> Path:
    """The folder of log files; by default `logs` of the configuration folder."""
    return _Settings.folder or get_config_dir() / "logs"


def set_logging_dir(path: str | Path) -> None:
    """Moves the log files of the `funcnodes` logger to a folder, which is made."""
    _Settings.folder = Path(path).expanduser().absolute()
    _Settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for handler in list(FUNCNODES_LOGGER.handlers):
        if handler.name == "file":
            _drop(FUNCNODES_LOGGER, handler)
            _update_logger_handlers(FUNCNODES_LOGGER)


def set_log_format(fmt: str = DEFAULT_FORMAT, max_length: int | None = None) -> None:
    """Sets the format of all handlers, and the length in characters at which messages are cut."""
    _Settings.format = fmt
    _Settings.max_length = max_length
    for handler in FUNCNODES_LOGGER.handlers:
        handler.setFormatter(_ShorteningFormatter(fmt))


def get_logger(name: str, propagate: bool = True) -> logging.Logger:
    """The logger `funcnodes.<name>`; its records reach the handlers of `funcnodes`.

    Args:
        name: With or without the leading `funcnodes.`.
        propagate: False keeps its records to its own handlers, which it then gets.
    """
    root = FUNCNODES_LOGGER.name
    logger = logging.getLogger(name if name.split(".")[0] == root else f"{root}.{name}")
    logger.propagate = propagate
    if not propagate:
        _update_logger(logger)
    return logger


def _update_logger(logger: logging.Logger) -> None:
    """Sets level and handlers of `logger` by the settings."""
    level = get_config()["logging"].get("level")
    if level is not None:
        logger.setLevel(level)
    elif logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    _update_logger_handlers(logger)


def _update_logger_handlers(logger: logging.Logger) -> None:
    """Adds the handlers that the settings name and removes those set to False.

    Handlers are recognised by name; what others attached stays.
    """
    wanted: dict[str, Any] = get_config()["logging"].get("handler", {})
    present = {handler.name: handler for handler in logger.handlers}
    for name, settings in wanted.items():
        if not settings:
            if name in present:
                _drop(logger, present[name])
        elif name not in present:
            logger.addHandler(_make_handler(logger, name, settings))


def _drop(logger: logging.Logger, handler: logging.Handler) -> None:
    logger.removeHandler(handler)
    handler.close()


def _make_handler(logger: logging.Logger, name: str, settings: dict[str, Any]) -> logging.Handler:
    module_name, _, class_name = settings["handlerclass"].rpartition(".")
    handler_class: type[logging.Handler] = getattr(importlib.import_module(module_name), class_name)
    options = dict(settings.get("options", {}))
    if issubclass(handler_class, logging.FileHandler):
        folder = get_logging_dir()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        options.setdefault("filename", str(folder / f"{logger.name}.log"))
        options.setdefault("delay", True)  # no file before there is something to say
        options.setdefault("encoding", "utf-8")
    handler = handler_class(**options)
    handler.name = name
    if "level" in settings:
        handler.setLevel(settings["level"])
    handler.setFormatter(_ShorteningFormatter(_Settings.format))
    return handler
