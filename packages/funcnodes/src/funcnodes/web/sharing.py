"""`/shares`: making, listing and revoking links, for who may do everything."""

import msgspec
from aiohttp import web

from funcnodes.net.proxy import refuse
from funcnodes_worker.errors import NotFoundError, ShareError
from funcnodes_worker.scopes import Extra, Scope
from funcnodes_worker.shares import Share, ShareBook

__all__ = ["Sharing", "link_path"]


class _Wanted(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a new link is to allow."""

    scope: Scope
    hours: float
    worker: str | None = None
    label: str = ""
    inputs: list[tuple[str, str]] = []
    extras: list[Extra] = []


def link_path(key: str) -> str:
    """The part of a link behind the server's address; its key stands behind the `#`, which no log ever holds."""
    return f"login#share={key}"


class Sharing:
    """Answers `/shares`; the door lets no caller with less than everything through to it.

    Args:
        book: The links.
    """

    def __init__(self, book: ShareBook) -> None:
        self._book = book

    def add_routes(self, app: web.Application) -> None:
        """Answers `GET` and `POST /shares` and `DELETE /shares/<id>`."""
        app.router.add_get("/shares", self._list)
        app.router.add_post("/shares", self._make)
        app.router.add_delete("/shares/{id}", self._revoke)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        return _json([self._described(share) for share in self._book.all()])

    async def _make(self, request: web.Request) -> web.StreamResponse:
        try:
            wanted = msgspec.json.decode(await request.read(), type=_Wanted)
            share, _ = self._book.make(
                wanted.scope,
                wanted.hours,
                label=wanted.label,
                worker=wanted.worker,
                inputs=wanted.inputs,
                extras=wanted.extras,
            )
        except (msgspec.DecodeError, ShareError, UnicodeError) as error:
            return refuse(400, str(error), "bad_request")
        except OSError as error:
            return refuse(507, f"the link cannot be written: {error.strerror}", "share")
        return _json(self._described(share))

    async def _revoke(self, request: web.Request) -> web.StreamResponse:
        try:
            self._book.revoke(request.match_info["id"])
        except NotFoundError as error:
            return refuse(404, str(error), "not_found")
        return _json({"success": True})

    def _described(self, share: Share) -> dict[str, object]:
        return {**msgspec.to_builtins(share), "path": link_path(self._book.key_of(share))}


def _json(data: object) -> web.Response:
    return web.json_response(data, headers={"Cache-Control": "no-store"})
