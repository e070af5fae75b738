"""Secrets of a graph: records hold a reference, the text lies in the worker's secret store."""

from __future__ import annotations

import secrets
from typing import Any

from funcnodes_core.io.base import NodeIO
from funcnodes_core.types import Secret
from funcnodes_worker.secretstore import SecretStore

__all__ = ["SECRET", "GraphSecrets", "is_secret", "takes_secret"]

SECRET = "$fn:secret"
_RENDERED = frozenset({"password", "secret"})
_TYPE = f"{Secret.__module__}.{Secret.__qualname__}"


def is_secret(packed: Any) -> bool:
    """Whether what a record holds is a reference to a secret."""
    return isinstance(packed, dict) and len(packed) == 1 and isinstance(packed.get(SECRET), str)


def takes_secret(port: NodeIO) -> bool:
    """Whether what people write into a port is a secret: its type or the way it is drawn says so."""
    kind = port.type_spec
    named = _TYPE in kind.get("anyOf", ()) if isinstance(kind, dict) else kind == _TYPE
    return named or port.render_options.get("type") in _RENDERED


class GraphSecrets:
    """The secrets of one graph.

    Args:
        store: where they lie; in memory only without one.
    """

    def __init__(self, store: SecretStore | None = None) -> None:
        self._store = store
        self._held: dict[str, dict[str, Any]] = {}

    def keep(self, text: str) -> dict[str, str]:
        """Keep a secret; gives the reference that a record may hold.

        Raises:
            JournalError: the disk refused.
        """
        reference = secrets.token_hex(16)
        if self._store is None:
            self._held[reference] = {"text": text}
        else:
            self._store.put(f"graph:{reference}", {"text": text})
        return {SECRET: reference}

    def text_of(self, packed: dict[str, Any]) -> Secret:
        """The secret behind a reference.

        Raises:
            ValueError: it is not known here.
        """
        reference = str(packed[SECRET])
        held = self._held.get(reference) if self._store is None else self._store.get(f"graph:{reference}")
        text = (held or {}).get("text")
        if not isinstance(text, str):
            raise ValueError("a secret does not travel with a graph; set it again")
        return Secret(text)
