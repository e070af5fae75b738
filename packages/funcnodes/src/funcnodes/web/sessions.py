"""Launch codes and sessions: how a browser gets in without ever holding the token."""

import secrets
import time
from collections.abc import Callable

from aiohttp import web

__all__ = ["Sessions"]

_CODE_LIFE_S = 60.0
_SESSION_LIFE_S = 30 * 24 * 3600.0
_MOST_SESSIONS = 1000
_MOST_CODES = 100


class Sessions:
    """The open sessions of one web server; they end with the process.

    Args:
        secure: Whether browsers reach the server by TLS, so that the cookie travels encrypted only.
        path: Below which path the server lies.
        now: A clock in seconds that only grows.
    """

    def __init__(
        self, *, secure: bool = False, path: str = "/", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self.cookie = "funcnodes_session"
        self._secure = secure
        self._now = now
        self._codes: dict[str, float] = {}
        self._sessions: dict[str, float] = {}
        self._keys: dict[str, str] = {}

    def name_cookie(self, port: int) -> None:
        """Gives the cookie the port's name: browsers send cookies to every port of a host."""
        self.cookie = f"funcnodes_session_{port}"

    def new_code(self) -> str:
        """A launch code: opens one session, within a minute."""
        self._drop_old(self._codes, _MOST_CODES)
        code = secrets.token_urlsafe(24)
        self._codes[code] = self._now() + _CODE_LIFE_S
        return code

    def redeem(self, code: str) -> bool:
        """Uses up a launch code; True when it was good."""
        return self._codes.pop(code, float("-inf")) > self._now()

    def begin(self, response: web.StreamResponse, key: str = "") -> None:
        """Opens a session and puts its cookie on a response.

        Args:
            key: of the link that the session stands for; it may do everything without one.
        """
        self._drop_old(self._sessions, _MOST_SESSIONS)
        self._keys = {known: one for known, one in self._keys.items() if known in self._sessions}
        session = secrets.token_urlsafe(32)
        self._sessions[session] = self._now() + _SESSION_LIFE_S
        self._keys[session] = key
        response.set_cookie(
            self.cookie, session, httponly=True, samesite="Strict", secure=self._secure, path=self._path
        )

    def end(self, request: web.Request, response: web.StreamResponse) -> None:
        """Closes the session of a request."""
        self._sessions.pop(request.cookies.get(self.cookie, ""), None)
        response.del_cookie(
            self.cookie, path=self._path, httponly=True, samesite="Strict", secure=self._secure
        )

    def key_of(self, request: web.Request) -> str | None:
        """What the session of a request stands for: "" for the token, else the key of a link; None without one."""
        session = request.cookies.get(self.cookie, "")
        if self._sessions.get(session, float("-inf")) <= self._now():
            return None
        return self._keys[session]

    def _drop_old(self, table: dict[str, float], most: int) -> None:
        """Forgets what has run out, and the oldest where there are too many."""
        now = self._now()
        for key in [key for key, until in table.items() if until <= now]:
            del table[key]
        while len(table) >= most:
            del table[min(table, key=table.__getitem__)]
