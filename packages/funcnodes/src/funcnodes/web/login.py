"""The page that takes the token, for browsers that were not opened with a launch code."""

from aiohttp import web
from aiohttp.typedefs import Handler

from funcnodes.web.sessions import Sessions
from funcnodes.web.static import CSP
from funcnodes_worker.server.auth import Door

__all__ = ["LOGIN_PATHS", "Login"]

LOGIN_PATHS = frozenset({"/login", "/login.js", "/login.css"})

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FuncNodes: sign in</title>
<link rel="stylesheet" href="/login.css">
<script src="/login.js" defer></script>
</head>
<body>
<main>
<h1>FuncNodes</h1>
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
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  message.textContent = "";
  try {
    const answer = await fetch("/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: document.getElementById("token").value }),
    });
    if (answer.ok) {
      window.location.replace("/");
      return;
    }
    message.textContent = (await answer.json()).error;
  } catch {
    message.textContent = "The server does not answer.";
  }
});
"""

_STYLE = """:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  font: 16px/1.55 system-ui, sans-serif; color: #1d2530; background: #f6f7f9; }
main { width: 100%; max-width: 26rem; padding: 2rem; border-radius: 12px; background: #fff;
  border: 1px solid #dfe3e9; box-shadow: 0 8px 30px rgb(20 30 50 / 8%); }
h1 { margin: 0 0 .75rem; font-size: 1.35rem; letter-spacing: -.01em; }
p { margin: 0 0 1.25rem; color: #515c6b; font-size: .92rem; }
code { padding: .1em .35em; border-radius: 4px; background: #eef1f5; font-size: .88em; }
label { display: block; margin-bottom: .3rem; font-weight: 600; font-size: .88rem; }
input, button { width: 100%; padding: .65rem .8rem; border-radius: 8px; font: inherit; }
input { border: 1px solid #c3cad4; background: #fff; color: inherit; }
button { margin-top: .9rem; border: 0; background: #2f6fed; color: #fff; font-weight: 600; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 2px solid #2f6fed; outline-offset: 2px; }
#message { min-height: 1.5em; margin: .8rem 0 0; color: #b3261e; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e9ee; background: #14181d; }
  main { background: #1c2229; border-color: #2d3640; box-shadow: none; }
  p { color: #a3adba; }
  code { background: #2a313a; }
  input { background: #14181d; border-color: #3a4551; }
  #message { color: #ff8a80; }
}
"""


class Login:
    """Shows the page, takes the token once as JSON, and answers with a session's cookie.

    Args:
        door: Knows the token.
        sessions: Opens sessions.
    """

    def __init__(self, door: Door, sessions: Sessions) -> None:
        self._door = door
        self._sessions = sessions

    def add_routes(self, app: web.Application) -> None:
        """Answers the paths of `LOGIN_PATHS` and `/logout`."""
        app.router.add_get("/login", self._page)
        app.router.add_post("/login", self._take)
        app.router.add_post("/logout", self._leave)
        app.router.add_get("/login.js", _constant(_SCRIPT, "text/javascript"))
        app.router.add_get("/login.css", _constant(_STYLE, "text/css"))

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if self._sessions.accepts(request):
            raise web.HTTPSeeOther("/")
        return await _constant(_PAGE, "text/html")(request)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        token = await _token_of(request)
        if token is None:
            return web.json_response({"error": 'expected the JSON object {"token": "..."}'}, status=400)
        if not self._door.token_valid(token):
            return web.json_response({"error": "This is not the token of this server."}, status=401)
        response = web.json_response({"success": True})
        self._sessions.begin(response)
        return response

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        response = web.json_response({"success": True})
        self._sessions.end(request, response)
        return response


async def _token_of(request: web.Request) -> str | None:
    if request.content_type != "application/json":
        return None
    try:
        body = await request.json()
    except ValueError:
        return None
    token = body.get("token") if isinstance(body, dict) else None
    return token if isinstance(token, str) else None


def _constant(text: str, content_type: str) -> Handler:
    """A handler that always answers the same text."""
    headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-store"}

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type, headers=headers)

    return answer
