"""Launch codes and sessions of the web server."""

from __future__ import annotations

from http.cookies import SimpleCookie

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from funcnodes.web.sessions import Sessions


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(sessions: Sessions) -> dict[str, str]:
    """The headers with which a browser comes back."""
    response = web.Response()
    sessions.begin(response)
    cookie = SimpleCookie(response.cookies.output(header=""))
    return {"Cookie": f"{sessions.cookie}={cookie[sessions.cookie].value}"}


def accepts(sessions: Sessions, headers: dict[str, str]) -> bool:
    return sessions.key_of(make_mocked_request("GET", "/", headers=headers)) is not None


def test_a_code_opens_once() -> None:
    sessions = Sessions()
    code = sessions.new_code()

    assert sessions.redeem(code)
    assert not sessions.redeem(code)
    assert not sessions.redeem("")


def test_a_code_lives_a_minute() -> None:
    clock = Clock()
    sessions = Sessions(now=clock)
    fresh, old = sessions.new_code(), sessions.new_code()

    clock.now += 59
    assert sessions.redeem(fresh)
    clock.now += 2
    assert not sessions.redeem(old)


def test_many_codes_push_out_the_oldest() -> None:
    clock = Clock()
    sessions = Sessions(now=clock)
    codes = []
    for _ in range(101):
        clock.now += 0.01
        codes.append(sessions.new_code())

    assert not sessions.redeem(codes[0])
    assert sessions.redeem(codes[1])


def test_a_session_is_known_to_the_server_that_opened_it_only() -> None:
    one, two = Sessions(), Sessions()
    headers = opened(one)

    assert accepts(one, headers)
    assert not accepts(two, headers)
    assert not accepts(one, {})
    assert not accepts(one, {"Cookie": f"{one.cookie}="})


def test_a_session_runs_out_and_can_be_closed() -> None:
    clock = Clock()
    sessions = Sessions(now=clock)
    first, second = opened(sessions), opened(sessions)

    sessions.end(make_mocked_request("POST", "/logout", headers=first), web.Response())
    assert not accepts(sessions, first)
    assert accepts(sessions, second)

    clock.now += 31 * 24 * 3600
    assert not accepts(sessions, second)


def test_the_cookie_is_for_this_server_and_no_script() -> None:
    sessions = Sessions(secure=True)
    sessions.name_cookie(8000)
    response = web.Response()
    sessions.begin(response)

    cookie = response.cookies["funcnodes_session_8000"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Strict"
    assert len(cookie.value) >= 43


def test_a_session_stands_for_the_key_that_opened_it() -> None:
    sessions = Sessions()
    response = web.Response()

    sessions.begin(response, "fns.id.signature")

    cookie = response.cookies[sessions.cookie]
    request = make_mocked_request("GET", "/", headers={"Cookie": f"{sessions.cookie}={cookie.value}"})
    assert sessions.key_of(request) == "fns.id.signature"
    assert "signature" not in cookie.value
