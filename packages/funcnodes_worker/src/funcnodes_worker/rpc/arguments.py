"""Checks of kwargs that their types do not say."""

from __future__ import annotations

import base64

from funcnodes_worker.errors import BadArgumentsError

__all__ = ["base64_bytes"]


def base64_bytes(name: str, text: str) -> bytes:
    """The bytes that a kwarg gives as base64.

    Raises:
        BadArgumentsError: it is none; names the kwarg.
    """
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:  # also for letters that are not ASCII, which is no binascii.Error
        raise BadArgumentsError(f"kwargs.{name}: expected base64, {error}") from None
