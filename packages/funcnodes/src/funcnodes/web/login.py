"""The page that takes the token, for browsers that were not opened with a launch code."""

import asyncio
from collections import OrderedDict

from aiohttp import web
from aiohttp.typedefs import Handler

from funcnodes.net.public import PublicAddress
from funcnodes.web.sessions import Sessions
from funcnodes.web.static import CSP
from funcnodes_worker.broadcast.pace import Pace
from funcnodes_worker.server.auth import Door

__all__ = ["LOGIN_PATHS", "Login"]

_TRIES_PER_S = 0.2
_TRIES_AT_ONCE = 10.0
_MOST_CLIENTS = 1000
_BODY_S = 10.0
LOGIN_PATHS = frozenset({"/login", "/login.js", "/login.css"})

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FuncNodes: sign in</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="login.css">
<script src="login.js" defer></script>
</head>
<body>
<main>
<h1><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#3f51c7"/>
<path d="M9 11h5c5 0 4 10 9 10" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/>
<circle cx="9" cy="11" r="3" fill="#fff"/><circle cx="23" cy="21" r="3" fill="#fff"/></svg>FuncNodes</h1>
<p>This server runs code, so it asks who you are. Open the address that <code>funcnodes runserver</code> printed,
or paste the token: the one line of the file <code>token</code> in the configuration folder
(<code>~/.funcnodes</code> unless you chose another).</p>
<form id="login">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign in</button>
<p id="message" role="alert"></p>
</form>
</main>
</body>
</html>
"""

_SCRIPT = """"use strict";
const form = document.getElementById("login");
const message = document.getElementById("message");
async function enter(token) {
  message.textContent = "";
  try {
    const answer = await fetch("login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) {
      window.location.replace("./");
      return;
    }
    message.textContent = (await answer.json()).error;
  } catch {
    message.textContent = "The server does not answer.";
  }
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void enter(document.getElementById("token").value);
});
// a link carries its key behind the #, which browsers send to nobody
const key = new URLSearchParams(window.location.hash.slice(1)).get("share");
if (key) {
  window.history.replaceState(null, "", window.location.pathname);
  void enter(key);
}
"""

_STYLE = """:root { color-scheme: light dark; --canvas: #f4f4f1; --surface: #fff; --field: #f8f8f6; --border: #e2e2dc;
  --strong: #c9c9c1; --text: #1c1d20; --muted: #5b5d66; --accent: #3f51c7; --danger: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --canvas: #131417; --surface: #1b1d21; --field: #222429; --border: #2c2f35; --strong: #42464e;
    --text: #e8e9ec; --muted: #a3a6af; --accent: #5c6fe6; --danger: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  font: 15px/1.55 Inter, system-ui, sans-serif; color: var(--text); background: var(--canvas); }
main { width: 100%; max-width: 26rem; padding: 2rem; border-radius: 12px; background: var(--surface);
  border: 1px solid var(--border); }
h1 { display: flex; align-items: center; gap: .6rem; margin: 0 0 .9rem; font-size: 1.25rem; letter-spacing: -.01em; }
h1 svg { width: 1.75rem; height: 1.75rem; }
p { margin: 0 0 1.25rem; color: var(--muted); font-size: .92rem; }
code { padding: .1em .35em; border-radius: 4px; background: var(--field); font-size: .88em; }
label { display: block; margin-bottom: .3rem; font-weight: 600; font-size: .88rem; }
input, button { width: 100%; padding: .6rem .8rem; border-radius: 8px; font: inherit; }
input { border: 1px solid var(--strong); background: var(--field); color: inherit; }
button { margin-top: .9rem; border: 0; background: var(--accent); color: #fff; font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
#message { margin: .9rem 0 0; color: var(--danger); }
#message:empty { display: none; }
"""


class Login:
    """Shows the page, takes the token once as JSON, and answers with a session's cookie.

    Args:
        door: Knows the token.
        sessions: Opens sessions.
        public: Knows where browsers reach the server, and who asks.
    """

    def __init__(self, door: Door, sessions: Sessions, public: PublicAddress) -> None:
        self._door = door
        self._sessions = sessions
        self._public = public
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def add_routes(self, app: web.Application) -> None:
        """Answers the paths of `LOGIN_PATHS` and `/logout`."""
        app.router.add_get("/login", self._page)
        app.router.add_post("/login", self._take)
        self._door.open_to(app.router.add_post("/logout", self._leave), "view")
        app.router.add_get("/login.js", _constant(_SCRIPT, "text/javascript"))
        app.router.add_get("/login.css", _constant(_STYLE, "text/css"))

    async def _page(self, request: web.Request) -> web.StreamResponse:
        caller = self._door.caller(request)
        if caller is not None and caller.grant.full:
            raise web.HTTPSeeOther(self._public.path)
        return await _constant(_PAGE, "text/html")(request)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        """Lets the bearer of the token or of a link in; who may do everything already is not given less."""
        pace = self._pace_of(self._public.client(request))
        if not pace.allows():
            wait = f"{pace.wait_s():.0f}"
            reason = f"Too many attempts. Try again in {wait} seconds."
            return web.json_response({"error": reason}, status=429, headers={"Retry-After": wait})
        key = await _key_of(request)
        if key is None:
            return web.json_response({"error": 'expected the JSON object {"token": "..."}'}, status=400)
        caller = self._door.caller_by(key)
        if caller is None:
            return web.json_response({"error": _refused(key)}, status=401)
        response = web.json_response({"success": True})
        known = self._door.caller(request)
        if known is None or not known.grant.full or caller.grant.full:
            self._sessions.begin(response, "" if caller.grant.full else caller.key)
        return response

    def _pace_of(self, client: str) -> Pace:
        """How often somebody may still try; of those who tried longest ago nothing is kept."""
        pace = self._paces.pop(client, None) or Pace(_TRIES_PER_S, _TRIES_AT_ONCE)
        self._paces[client] = pace
        if len(self._paces) > _MOST_CLIENTS:
            self._paces.popitem(last=False)
        return pace

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        response = web.json_response({"success": True})
        self._sessions.end(request, response)
        return response


def _refused(key: str) -> str:
    if key.startswith("fns."):
        return "This link is over: it has run out or was revoked. Ask for another one."
    return "This is not the token of this server."


async def _key_of(request: web.Request) -> str | None:
    if request.content_type != "application/json":
        return None
    try:
        async with asyncio.timeout(_BODY_S):
            body = await request.json()
    except (ValueError, TimeoutError, RecursionError):
        return None
    token = body.get("token") if isinstance(body, dict) else None
    return token if isinstance(token, str) else None


def _constant(text: str, content_type: str) -> Handler:
    """A handler that always answers the same text."""
    headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-store"}

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type, headers=headers)

    return answer
