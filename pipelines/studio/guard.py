"""Who may talk to the studio: this machine's browser that was given the key, under the studio's own address.

A page of another site that is open in the same browser can send requests here, and by rebinding a name can even have
them count as its own. So a request must name one of three hosts exactly, carry the cookie that only the key from the
terminal buys, and, to change anything or to read texts, come from the studio's page itself: by its `Origin`, and by a
token in a header, which no other site can read or set. A browser sends cookies to every port of a machine, where other
users may listen; so everything stands in a folder with a random name, and the cookie is for that folder alone.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 256 * 1024
"""How large the body of a request may be."""
TOKEN_HEADER = "x-labelfns-token"
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every answer says."""


@dataclass
class Keys:
    """The secrets of a process.

    Parameters
    ----------
    port
        Where the studio answers.
    handed_over
        Called after the key has been used, when another one is in its place.

    Attributes
    ----------
    token
        What cookie and header must hold.
    key
        What the address that is printed holds; it is taken once.
    folder
        Where everything stands, a path with slashes at both ends.
    """

    port: int
    handed_over: Callable[[], None] = lambda: None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    folder: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(32)}/", repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that a request may name."""
        return tuple(f"{host}:{self.port}" for host in ("127.0.0.1", "localhost", "[::1]"))

    @property
    def url(self) -> str:
        """The address to open, with the key."""
        return f"http://127.0.0.1:{self.port}/?key={self.key}"

    @property
    def cookie(self) -> str:
        """The name of the cookie; a browser keeps one jar for all ports."""
        return f"labelfns-studio-{self.port}"

    def take(self, key: str) -> bool:
        """Return whether a key is the one that was printed; it is worth nothing afterwards."""
        if not same(key, self.key):
            return False
        self.key = secrets.token_urlsafe(32)
        self.handed_over()
        return True


def same(given: str, secret: str) -> bool:
    """Compare with a secret, in a time that does not tell how much is right."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


@dataclass
class Guard:
    """Lets through what comes from the studio's own page, and answers all else itself (ASGI).

    Parameters
    ----------
    app
        What is guarded.
    keys
        The secrets.
    """

    app: App
    keys: Keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        if scope["type"] != "http":  # nothing is to be started or ended
            return
        headers = scope["headers"]

        async def answer(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                kept = [(name, value) for name, value in message.get("headers", []) if name.decode() not in HEADERS]
                message = {**message, "headers": [*kept, *own]}
            await send(message)

        if (problem := self._problem(scope["method"], headers)) is not None:
            await _say(answer, *problem)
            return
        known = same(_cookie(headers, self.keys.cookie), self.keys.token)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if scope["path"] == "/" and scope["method"] == "GET" and "key" in query:
            if not self.keys.take(query["key"][0]):
                await _say(answer, 403, _USED)
                return
            cookie = f"{self.keys.cookie}={self.keys.token}; HttpOnly; SameSite=Strict; Path={self.keys.folder}"
            await _say(answer, 303, "", {"location": self.keys.folder, "set-cookie": cookie})
            return
        if not known or not scope["path"].startswith(self.keys.folder):
            await _say(answer, 403, _NO_KEY)
            return
        body = await _body(headers, receive)
        if body is None:
            await _say(answer, 413, f"a request holds at most {MOST_BYTES} bytes")
            return
        parts = [{"type": "http.request", "body": body, "more_body": False}]

        async def read() -> MutableMapping[str, Any]:
            return parts.pop() if parts else await receive()

        await self.app({**scope, "path": scope["path"][len(self.keys.folder) - 1 :]}, read, answer)

    def _problem(self, method: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
        """Return why a request is refused, whatever it asks for; None where it is not."""
        hosts = _all(headers, "host")
        if len(hosts) != 1 or hosts[0] not in self.keys.hosts:
            return 403, "this is no address of the studio"
        if method == "GET":
            return None
        if method != "POST":
            return 405, "GET and POST alone"
        origins, sites = _all(headers, "origin"), _all(headers, "sec-fetch-site")
        if origins != [f"http://{hosts[0]}"] and not (origins == [] and sites == ["same-origin"]):
            return 403, "this does not come from the studio's page"
        tokens = _all(headers, TOKEN_HEADER)
        if len(tokens) != 1 or not same(tokens[0], self.keys.token):
            return 403, "the token is missing, or that of another process: open the address that the command prints"
        if _all(headers, "content-type") != ["application/json"]:
            return 415, "JSON alone"
        return None


_NO_KEY = "The studio opens by the address that the command printed, with its key."
_USED = "This key has been used, or is of another process. The command has printed a new address after it."


def _all(headers: list[tuple[bytes, bytes]], name: str) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key.lower() == name.encode()]


def _cookie(headers: list[tuple[bytes, bytes]], name: str) -> str:
    try:
        found = SimpleCookie("; ".join(_all(headers, "cookie"))).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


async def _body(headers: list[tuple[bytes, bytes]], receive: Receive) -> bytes | None:
    """Return the body of a request; None where it is larger than it may be, by what it says or by what comes."""
    if any(
        not length.isdecimal() or len(length) > 9 or int(length) > MOST_BYTES
        for length in _all(headers, "content-length")
    ):
        return None
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > MOST_BYTES:
            return None
    return body


async def _say(send: Send, status: int, text: str, more: Mapping[str, str] | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(name.encode(), value.encode()) for name, value in (more or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
