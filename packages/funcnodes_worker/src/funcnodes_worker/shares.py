"""Links that let others in with a part of one's rights: made, listed, checked and revoked.

Every link has a file `shares/<id>.json` in the configuration directory; removing the file revokes it. What the link
carries is `fns.<id>.<signature>`: the signature, made with the token, is over everything that the file says, so
neither a file that somebody changed nor one that somebody made without the token opens anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.files import read_json, write_json
from funcnodes_worker.errors import NotFoundError, ShareError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.scopes import Extra, Grant, Scope

__all__ = ["Share", "ShareBook"]

_PREFIX = "fns"
_ID = re.compile(r"[0-9a-f]{16}")
_MOST_SHARES = 1000
_MOST_INPUTS = 1000
_MOST_HOURS = 24 * 366
_MOST_LABEL = 100


class Share(Struct, kw_only=True, frozen=True):
    """One link, as its file says.

    Attributes:
        worker: id of the only worker that it opens; None for all of this configuration directory.
        inputs: what a `knobs` or `run` link may set, as (node uuid, input id).
        extras: what a link below `edit` shows beside the graph.
        created_at, expires_at: seconds since the epoch.
    """

    id: str
    scope: Scope
    created_at: float
    expires_at: float
    label: str = ""
    worker: str | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    extras: tuple[Extra, ...] = ()


class ShareBook:
    """The links of one configuration directory.

    Args:
        config_dir: where their files lie.
        token: signs them; with another token all of them are void.
        now: the time in seconds since the epoch.
    """

    def __init__(self, config_dir: ConfigDir, token: str, *, now: Callable[[], float] = time.time) -> None:
        self._folder = config_dir.shares
        self._key = hashlib.sha256(b"funcnodes share\0" + token.encode()).digest()
        self._now = now

    def make(
        self,
        scope: Scope,
        hours: float,
        *,
        label: str = "",
        worker: str | None = None,
        inputs: Iterable[tuple[str, str]] = (),
        extras: Iterable[Extra] = (),
    ) -> tuple[Share, str]:
        """A new link: what it is, and the text that lets its bearer in.

        Raises:
            ShareError: it makes no sense, or there are too many.
            OSError: it cannot be written.
        """
        listed = tuple(sorted(set(inputs)))
        _check(scope, hours, listed, label)
        self._drop_old()
        if len(self.all()) >= _MOST_SHARES:
            raise ShareError(f"there are {_MOST_SHARES} links already; revoke some")
        now = self._now()
        share = Share(
            id=secrets.token_hex(8),
            scope=scope,
            created_at=now,
            expires_at=now + hours * 3600,
            label=label.strip(),
            worker=worker,
            inputs=listed,
            extras=tuple(sorted(set(extras))),
        )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_json(self._file(share.id), msgspec.to_builtins(share))
        return share, self.key_of(share)

    def all(self) -> list[Share]:
        """The links that are good now, oldest first."""
        found = [self._read(file.stem) for file in self._folder.glob("*.json")]
        good = [share for share in found if share is not None and share.expires_at > self._now()]
        return sorted(good, key=lambda share: share.created_at)

    def key_of(self, share: Share) -> str:
        """The text that lets the bearer of a link in."""
        return f"{_PREFIX}.{share.id}.{self._sign(share)}"

    def revoke(self, share_id: str) -> None:
        """Ends a link; who came in by it gets nothing more.

        Raises:
            NotFoundError: there is no such link.
        """
        if not _ID.fullmatch(share_id) or not self._file(share_id).exists():
            raise NotFoundError(f"no link {share_id[:40]!r}", share=share_id[:40])
        self._file(share_id).unlink(missing_ok=True)

    def find(self, key: str) -> Grant | None:
        """What the bearer of a link may do; None where the text is no link, or one that is over."""
        prefix, _, rest = key.partition(".")
        share_id, _, signature = rest.partition(".")
        if prefix != _PREFIX or not _ID.fullmatch(share_id):
            return None
        share = self._read(share_id)
        if share is None or not hmac.compare_digest(signature.encode(), self._sign(share).encode()):
            return None
        file = self._file(share_id)

        def alive() -> bool:
            return share.expires_at > self._now() and file.exists()

        grant = Grant(
            scope=share.scope,
            share=share.id,
            label=share.label,
            worker=share.worker,
            inputs=frozenset(share.inputs),
            extras=frozenset(share.extras),
            expires_at=share.expires_at,
            alive=alive,
        )
        return grant if alive() else None

    def _sign(self, share: Share) -> str:
        said = json.dumps(msgspec.to_builtins(share), sort_keys=True, separators=(",", ":")).encode()
        digest = hmac.new(self._key, said, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def _file(self, share_id: str) -> Path:
        return self._folder / f"{share_id}.json"

    def _read(self, share_id: str) -> Share | None:
        if not _ID.fullmatch(share_id):
            return None
        try:
            share = msgspec.convert(read_json(self._file(share_id)), Share)
        except (OSError, DamagedFileError, msgspec.ValidationError):
            return None  # gone, or no link: both open nothing
        return share if share.id == share_id else None

    def _drop_old(self) -> None:
        """Removes the files of links that are over."""
        for file in self._folder.glob("*.json"):
            share = self._read(file.stem)
            if share is not None and share.expires_at <= self._now():
                file.unlink(missing_ok=True)


def _check(scope: Scope, hours: float, inputs: tuple[tuple[str, str], ...], label: str) -> None:
    if not 0 < hours <= _MOST_HOURS:  # neither is nan
        raise ShareError(f"a link is good for more than 0 and at most {_MOST_HOURS} hours, not {hours}")
    if scope == "knobs" and not inputs:
        raise ShareError(
            "a link with the scope 'knobs' lists the inputs that it may set; this one lists none"
        )
    if inputs and scope not in ("knobs", "run"):
        raise ShareError(f"only 'knobs' and 'run' links list inputs; {scope!r} sets {_sets(scope)}")
    if len(inputs) > _MOST_INPUTS:
        raise ShareError(f"a link lists at most {_MOST_INPUTS} inputs")
    if len(label) > _MOST_LABEL or not label.isprintable():
        raise ShareError(f"the label of a link is one line of at most {_MOST_LABEL} characters")


def _sets(scope: Scope) -> str:
    return "none" if scope == "view" else "all of them"
