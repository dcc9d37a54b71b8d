"""Who may not talk to the studio: other hosts, other sites, those without key, cookie or token."""

import json

import pytest
from starlette import testclient

PORT = 8700
HERE = f"http://127.0.0.1:{PORT}"
CALLS = ("overview", "answer", "change", "accept", "mark", "suggest", "reload")


@pytest.fixture
def keys():
    from labelfns.pipelines.studio.guard import Keys

    return Keys(PORT)


@pytest.fixture
def client(studio, keys):
    """A browser that has been given nothing yet."""
    from labelfns.pipelines.studio.app import studio_app

    return testclient.TestClient(studio_app(studio, keys), base_url=HERE, follow_redirects=False)


@pytest.fixture
def own(client, keys):
    """The studio's own page: it has cookie and token."""
    assert client.get(f"/?key={keys.key}").status_code == 303
    client.base_url = HERE + keys.folder
    client.headers |= {"origin": HERE, "x-labelfns-token": keys.token, "content-type": "application/json"}
    return client


def texts_in(response):
    return "great" in response.text


def without(client, *names):
    for name in names:
        del client.headers[name]
    return client


def test_the_page_answers_itself(own):
    page = own.get("/")
    assert page.status_code == 200
    assert own.post("/overview", content="{}").json()["rows"] == 12
    assert {"script-src 'self'", "default-src 'none'", "frame-ancestors 'none'"} <= set(
        page.headers["content-security-policy"].split("; ")
    )


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_three_hosts_are_the_studio(own, host):
    headers = {"host": host, "origin": f"http://{host}"}
    assert own.post("/overview", content="{}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}", f"localhost.evil.example:{PORT}"),
        *(
            "127.0.0.1",
            "127.0.0.1:80",
            f"127.0.0.1:{PORT}0",
            f"127.0.0.2:{PORT}",
            f"0.0.0.0:{PORT}",
            f"[::]:{PORT}",
            "",
        ),
        *(f"LOCALHOST:{PORT}", f"localhost:{PORT} ", f"user@127.0.0.1:{PORT}", f"127.0.0.1:{PORT}/", f"127.1:{PORT}"),
    ],
)
def test_another_host_is_refused(own, host):
    """So is a name that was rebound to this machine: the browser sends it as host, and with an equal origin."""
    for response in (
        own.get("/", headers={"host": host}),
        own.get("/static/studio.js", headers={"host": host}),
        own.post("/overview", content="{}", headers={"host": host, "origin": f"http://{host}"}),
    ):
        assert response.status_code == 403
        assert not texts_in(response)


def test_two_hosts_are_refused(studio, keys):
    import asyncio

    from labelfns.pipelines.studio.app import studio_app

    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", f"127.0.0.1:{PORT}".encode()), (b"host", b"evil.example")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    asyncio.run(studio_app(studio, keys)(scope, None, send))
    assert sent[0]["status"] == 403


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("http://evil.example", None), ("https://127.0.0.1:8700", None), ("http://127.0.0.1:8701", None),
        ("http://localhost:8700", None), ("null", None), ("", None), ("http://evil.example", "same-origin"),
        (None, None), (None, "same-site"), (None, "cross-site"), (None, "none"),
    ],
)  # fmt: skip
def test_another_origin_is_refused(own, origin, site):
    """Host, cookie and token are right: the origin alone tells."""
    del own.headers["origin"]
    headers = {name: value for name, value in (("origin", origin), ("sec-fetch-site", site)) if value is not None}
    for call in CALLS:
        response = own.post(f"/{call}", content="{}", headers=headers)
        assert response.status_code == 403
        assert not texts_in(response)


def test_a_request_of_the_page_may_lack_an_origin(own):
    assert without(own, "origin").post("/overview", content="{}", headers={"sec-fetch-site": "same-origin"}).is_success


@pytest.mark.parametrize("token", [None, "", "x", "\u00e9"])
def test_without_the_token_nothing_is_said(own, token):
    del own.headers["x-labelfns-token"]
    headers = {} if token is None else {"x-labelfns-token": token.encode("latin-1")}
    for call in CALLS:
        assert own.post(f"/{call}", content="{}", headers=headers).status_code == 403


def test_without_the_cookie_nothing_is_shown(own, keys):
    own.cookies.clear()
    for response in (own.get("/"), own.get("/static/studio.js"), own.post("/overview", content="{}")):
        assert response.status_code == 403
        assert keys.token not in response.text
    own.cookies.set("labelfns-studio-8701", keys.token)  # that of a studio on another port
    assert own.get("/").status_code == 403
    own.cookies.set(keys.cookie, "x" * len(keys.token))
    assert own.get("/").status_code == 403


def test_another_port_of_the_machine_is_not_sent_the_cookie(own, keys):
    """Cookies know no ports: a page that another user serves here would get one that is for every path."""
    with own.stream("GET", "/") as response:
        assert keys.token in response.request.headers["cookie"]
    for path in ("", "/", "/overview", "/static/studio.js"):
        assert "cookie" not in own.get(f"http://127.0.0.1:9999{path}").request.headers


def test_who_has_the_cookie_alone_is_told_nothing(own, keys):
    cookie = {"cookie": f"{keys.cookie}={keys.token}"}
    for path in ("/", "/static/studio.js", "/overview", keys.folder.rstrip("/"), f"/x{keys.folder}"):
        response = own.get(HERE + path, headers=cookie)
        assert response.status_code == 403
        assert not any(secret in response.text for secret in (keys.token, keys.folder))


def test_the_key_is_taken_once(client, keys):
    said = []
    keys.handed_over = lambda: said.append(keys.url)
    url = f"/?key={keys.key}"
    first = client.get(url)
    assert (first.status_code, first.headers["location"]) == (303, keys.folder)
    cookie = first.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", f"Path={keys.folder}"} <= set(cookie.split("; "))
    assert said == [keys.url]
    assert client.get(url).status_code == 403
    assert client.get(keys.folder).is_success
    assert said == [keys.url]
    client.cookies.clear()
    assert client.get(url).status_code == 403
    assert client.get("/?key=").status_code == 403
    assert client.get(f"/?key={keys.token}").status_code == 403
    assert client.get(keys.url).status_code == 303


def test_tokens_are_random(keys):
    from labelfns.pipelines.studio.guard import Keys

    other = Keys(PORT)
    assert len({keys.token, keys.key, keys.folder, other.token, other.key, other.folder}) == 6
    assert min(map(len, (keys.token, keys.key, keys.folder))) >= 32
    assert not any(secret in repr(keys) for secret in (keys.token, keys.key, keys.folder))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_refused(own, method):
    response = own.request(method, "/overview")
    assert response.status_code == 405
    assert not any(name.startswith("access-control") for name in response.headers)


def test_what_changes_is_no_get(own):
    assert all(own.get(f"/{call}").status_code == 405 for call in CALLS)


def test_a_form_of_another_site_is_refused(own):
    headers = {"content-type": "text/plain"}
    assert own.post("/mark", content='{"row": 0}', headers=headers).status_code == 415
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert own.post("/mark", content="row=0", headers=headers).status_code == 415


def test_large_bodies_are_refused(own):
    from labelfns.pipelines.studio.guard import MOST_BYTES

    large = b'{"a": "' + b"x" * MOST_BYTES + b'"}'
    assert own.post("/overview", content=large).status_code == 413
    assert own.post("/overview", content=(large[i : i + 999] for i in range(0, len(large), 999))).status_code == 413
    assert own.post("/overview", content=b"{}", headers={"content-length": "x"}).status_code == 413
    form = {"kind": "keywords", "label": 0, "entries": "word\n" * (MOST_BYTES // 10)}
    asked = {"form": form, "place": None, "tab": "new", "search": "", "first": 0}
    assert own.post("/answer", content=json.dumps(asked)).is_success


PATHS = ["../state.py", "..%2fstate.py", "%2e%2e/state.py", "/etc/passwd", "state.py", "studio.html.jinja"]


@pytest.mark.parametrize("path", PATHS)
def test_no_other_file_is_served(own, path):
    assert own.get(f"/static/{path}").status_code == 404


def test_every_answer_is_guarded(own, keys):
    """Refusals and errors too: not stored, not framed, no script but ours, nothing for other origins."""
    responses = [
        own.get("/"), own.get("/nothing"), own.get("/static/report.css"), own.post("/overview", content="{}"),
        own.post("/answer", content="{}"), own.post("/overview", content="no"), own.get("/", headers={"host": "x"}),
        own.get(f"/?key={keys.key}"), own.post("/overview", content=b"x" * 999_999),
    ]  # fmt: skip
    for response in responses:
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert not any(name.startswith("access-control") for name in response.headers)
        assert len(response.headers.get_list("cache-control")) == 1


def test_there_is_no_websocket(own):
    with pytest.raises(Exception), own.websocket_connect("/"):  # noqa: B017, PT011 # whatever the client makes of it
        pass


@pytest.mark.parametrize(
    "body", ["[]", "1", "null", '{"a": 1}', "", "[" * 20_000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_what_is_no_question_is_said(own, body):
    response = own.post("/overview", content=body)
    assert response.status_code in (200, 400)
    assert response.json()["problem"]


@pytest.mark.parametrize("value", [None, [], "x", {"kind": []}, {"kind": "regex", "label": True, "pattern": "a"}, 3])
def test_odd_forms_are_said(own, value):
    asked = {"form": value, "place": None}
    assert own.post("/change", content=json.dumps(asked)).json()["problem"]
    asked |= {"tab": "new", "search": "", "first": 0}
    for odd in (
        {"place": "x"},
        {"place": 99},
        {"place": True},
        {"first": -1},
        {"first": "x"},
        {"search": 1},
        {"tab": 1},
    ):
        assert own.post("/answer", content=json.dumps(asked | odd)).json()["problem"]


def test_a_file_that_cannot_be_read_is_said(own, project):
    (project / "pipeline.toml").unlink()
    response = own.post("/mark", content='{"row": 5, "label": 1, "agreed": ""}')
    assert "cannot be read" in response.json()["problem"]
    (project / "pipeline.toml").write_text("[")
    response = own.post("/mark", content='{"row": 5, "label": 1, "agreed": ""}')
    assert "no TOML" in response.json()["problem"]
