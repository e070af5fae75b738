"""The editor's built files: a table of what is there, looked up and never joined into a path."""

import mimetypes
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from funcnodes.paths import STATIC_DIR

__all__ = ["CSP", "StaticFiles"]

CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "frame-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""The editor loads from its own origin only, and evaluates no text (security.md 11)."""

_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".map": "application/json",
    ".wasm": "application/wasm",
}
_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>FuncNodes: the editor is not built</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1.5rem;color:#1d2530;background:#f6f7f9}
code{background:#e4e8ee;padding:.15em .4em;border-radius:4px}
@media(prefers-color-scheme:dark){body{color:#e6e9ee;background:#14181d}code{background:#2a313a}}</style></head>
<body><h1>The editor is not built yet</h1>
<p>The server runs, and so do its workers, but this working copy has no built editor.</p>
<p>Run <code>make frontend</code> in the root of the repository, then load this page again.</p></body></html>
"""


class StaticFiles:
    """The files below a folder, by their path in the URL.

    The table is made again when the build behind it was: `index.html` is then another file than before.

    Args:
        folder: The folder with `index.html`; the installed editor by default.
    """

    def __init__(self, folder: Path = STATIC_DIR) -> None:
        self._folder = folder
        self._stamp: tuple[int, int] | None = None
        self._files: Mapping[str, Path] = {}

    @property
    def built(self) -> bool:
        """Whether there is an editor to serve."""
        return (self._folder / "index.html").is_file()

    def index(self) -> web.StreamResponse:
        """The editor's page, or one that says how to build it."""
        if not self.built:
            return _page(web.Response(text=_NOT_BUILT, content_type="text/html", status=503))
        response = web.Response(body=(self._folder / "index.html").read_bytes(), content_type="text/html")
        response.charset = "utf-8"
        return _page(response)

    def serve(self, path: str) -> web.StreamResponse:
        """The file at a path of the URL, or 404; built files carry a hash in their names and stay for good."""
        self._refresh()
        file = self._files.get(path.lstrip("/"))
        if file is None or file.is_symlink() or not file.is_file():
            raise web.HTTPNotFound(text="no such file")
        response = web.FileResponse(file)
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        response.content_type = kind
        if file.suffix == ".html":
            return _page(response)
        hashed = path.lstrip("/").startswith("assets/")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if hashed else "public, max-age=0, must-revalidate"
        )
        response.headers["Content-Security-Policy"] = CSP
        return response

    def _refresh(self) -> None:
        try:
            status = (self._folder / "index.html").stat()
        except OSError:
            self._stamp, self._files = None, {}
            return
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._stamp = stamp
            self._files = {
                file.relative_to(self._folder).as_posix(): file
                for file in self._folder.rglob("*")
                if file.is_file() and not file.is_symlink()
            }


def _page(response: web.StreamResponse) -> web.StreamResponse:
    response.headers["Content-Security-Policy"] = CSP
    response.headers["Cache-Control"] = "no-store"
    return response
