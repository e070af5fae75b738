"""Secrets of a worker, apart from its graph: one file that only its owner reads."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.files import read_json, write_json
from funcnodes_worker.errors import JournalError

__all__ = ["SecretStore"]

_LOG = logging.getLogger("funcnodes.worker")


class SecretStore:
    """Secret values by owner and name; they are in no snapshot, journal, export, event or log.

    Args:
        path: the file, made with mode 0600 when something is kept first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: dict[str, dict[str, Any]] | None = None

    def get(self, owner: str) -> dict[str, Any]:
        """The secrets of an owner."""
        return dict(self._all().get(owner, {}))

    def put(self, owner: str, secrets: dict[str, Any]) -> None:
        """Keep an owner's secrets in the place of those before; none forget the owner.

        Raises:
            JournalError: the disk refused; what was kept stays.
        """
        held = {**self._all(), owner: dict(secrets)}
        if not secrets:
            del held[owner]
        if held == self._all():
            return
        try:
            write_json(self._path, held, mode=0o600)
        except OSError as exc:
            raise JournalError(
                exc.errno, f"secrets cannot be written ({exc.strerror}); nothing was changed", str(self._path)
            ) from exc
        self._held = held

    def _all(self) -> dict[str, dict[str, Any]]:
        if self._held is None:
            self._held = self._read()
        return self._held

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = read_json(self._path)
        except FileNotFoundError:
            return {}
        except DamagedFileError:
            # its text must not be shown, and the file is kept: nothing is written before a secret is set
            _LOG.error("%s is damaged: secrets must be set again", self._path)
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(owner): dict(values) for owner, values in found.items() if isinstance(values, dict)}
