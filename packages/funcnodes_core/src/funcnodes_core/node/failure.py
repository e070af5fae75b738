"""Why a run failed, as people read it."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from funcnodes_core.types import CONCEALED

__all__ = ["RunError", "error_text"]

_MAX_TEXT = 20_000  # characters of an error that travel on
_OWN_MODULES = frozenset(f"funcnodes_core.node.{name}" for name in ("run", "limits"))


class RunError:
    """Why the last run failed."""

    __slots__ = ("_secrets", "_traceback", "error", "exception")

    def __init__(self, exception: BaseException, secrets: Sequence[str] = ()) -> None:
        self.exception = exception
        self._secrets = secrets
        text = _without(error_text(exception), secrets)
        kind = type(exception).__name__
        self.error = f"{kind}: {text}" if text else kind
        self._traceback: str | None = None

    @property
    def traceback(self) -> str:
        """The traceback as text, formatted when it is first asked for."""
        if self._traceback is None:
            exc = self.exception
            lines = traceback.format_exception(type(exc), exc, _own_frames(exc))
            self._traceback = _without(_shortened("".join(lines)), self._secrets)
        return self._traceback


def _without(text: str, secrets: Sequence[str]) -> str:
    """A text in which no secret of the node stands."""
    for secret in secrets:
        text = text.replace(secret, CONCEALED)
    return text


def error_text(exc: BaseException) -> str:
    """What an exception says, bounded in length; exceptions of nodes may fail to say anything."""
    try:
        return _shortened(str(exc))
    except (Exception, SystemExit):  # noqa: BLE001 - __str__ of the exception is foreign code
        return "<its text cannot be made>"


def _shortened(text: str) -> str:
    if len(text) <= _MAX_TEXT:
        return text
    half = _MAX_TEXT // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"


def _own_frames(exc: BaseException) -> Any:
    """The traceback without the engine's frames at its beginning."""
    tb = exc.__traceback__
    while tb is not None and tb.tb_next is not None and tb.tb_frame.f_globals.get("__name__") in _OWN_MODULES:
        tb = tb.tb_next
    return tb
