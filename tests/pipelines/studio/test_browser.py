"""The studio in a browser: Debian's chromium, driven by playwright; skipped where there is neither."""

import json
import threading

import pytest

from labelfns import LFSet

pytestmark = pytest.mark.slow
ODD = '<img src=x onerror="document.title=1">\u202e'


@pytest.fixture
def served(opened):
    """Return a function that serves the studio, and gives its address and its state."""
    import uvicorn

    from labelfns.pipelines.studio.app import studio_app
    from labelfns.pipelines.studio.guard import Keys
    from labelfns.pipelines.studio.serve import listen

    studio, socket = opened(), listen(0)
    socket.listen()
    keys = Keys(socket.getsockname()[1])
    config = uvicorn.Config(studio_app(studio, keys), log_level="error", lifespan="off", ws="none", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[socket]))
    thread.start()
    yield keys, studio
    server.should_exit = True
    thread.join(20)
    socket.close()


@pytest.fixture
def page_at(browser, served):
    """Return a function that opens the page at a width, and fails where the browser has anything to complain of."""
    problems, asked = [], []

    def at(width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        page.set_default_timeout(10_000)
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(served[0].url)
        page.locator("#rows article").first.wait_for()
        return page

    yield at
    assert not problems
    assert all(url.startswith("http://127.0.0.1:") for url in asked)


def shot(page, tmp_path, name):
    page.screenshot(path=tmp_path / f"{name}.png")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_type_accept_change_and_mark(page_at, served, project, tmp_path, width, scheme):
    page = page_at(width, color_scheme=scheme)
    page.get_by_label("and votes for").select_option("positive")
    page.locator("textarea[name=entries]").press_sequentially("happy")
    page.locator("mark.draft").first.wait_for()
    assert set(page.locator("mark.draft").all_text_contents()) == {"happy"}
    assert page.get_by_role("tab", name="new").get_attribute("aria-selected") == "true"
    assert page.locator("#n-votes").text_content() == "2"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    shot(page, tmp_path, f"typed-{width}-{scheme}")

    page.get_by_role("button", name="Look at the change of lfs.py").click()
    assert page.locator("#diff .plus").last.text_content() == '+keywords_positive = words("positive", ["happy"])'
    shot(page, tmp_path, f"change-{width}-{scheme}")
    page.get_by_role("button", name="Write it").click()
    page.get_by_role("heading", name="keywords_positive").wait_for()
    assert page.locator("#written").text_content() == "Written to lfs.py."
    assert page.get_by_role("button", name="lfs.py has it as it stands here").is_disabled()
    assert LFSet.from_file(project / "lfs.py", served[1].labels).names[-1] == "keywords_positive"

    page.get_by_role("button", name="good", exact=True).click()
    page.get_by_role("heading", name="good", exact=True).wait_for()
    page.locator("textarea[name=entries]").fill("so good\ntrain")
    page.get_by_role("tab", name="lost").locator("b", has_text="4").wait_for()
    page.get_by_role("button", name="Look at the change of lfs.py").click()
    page.get_by_role("button", name="Write it").click()
    page.locator("#dialog").wait_for(state="hidden")
    (good, *_) = LFSet.from_file(project / "lfs.py", served[1].labels).lfs
    assert good.words == ("so good", "train")
    assert "# kept" in (project / "lfs.py").read_text()

    page.get_by_role("tab", name="all texts").click()
    card = page.locator("#rows article", has_text="nothing at all")
    card.focus()
    card.press("2")
    page.get_by_role("heading", name="Where marked rows are saved").wait_for()
    page.get_by_role("button", name="Write it").click()
    card.locator("button[aria-pressed=true]", has_text="positive").wait_for()
    assert json.loads((project / "pool_gold.jsonl").read_text()) == {"text": "nothing at all", "label": "positive"}
    assert 'pool_gold = "pool_gold.jsonl"' in (project / "pipeline.toml").read_text()
    shot(page, tmp_path, f"marked-{width}-{scheme}")


def test_by_keyboard_alone(page_at):
    page = page_at()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("and votes for").focus()
    page.keyboard.press("ArrowDown")
    page.locator("textarea[name=entries]").focus()
    page.keyboard.type("late")
    page.locator("mark.draft").first.wait_for()
    page.get_by_role("tab", name="new").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.tab") == "lost"
    page.keyboard.press("ArrowLeft")
    page.locator("mark.draft").first.wait_for()
    first = page.locator("#rows article").first
    first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.querySelectorAll('#rows article')[1]")


def test_search_and_what_is_no_lf(page_at):
    page = page_at()
    page.get_by_label("Search").fill("AWFUL")
    page.locator("#found", has_text="3 found").wait_for()
    page.get_by_label("It looks for").select_option("regex")
    page.get_by_label("and votes for").select_option("positive")
    page.get_by_label("Pattern").fill("(a")
    page.locator("#fault", has_text="does not compile").wait_for()
    page.get_by_label("Pattern").fill("(a)")
    page.locator("#fault").wait_for(state="hidden")


def test_a_new_lf_asks_for_its_label_and_one_without_a_vote_is_no_accident(page_at):
    page = page_at()
    assert "7 with a gold label" in page.locator("#covered").text_content()
    page.locator("textarea[name=entries]").fill("strike")
    page.locator("#says", has_text="Choose the label that it votes for").wait_for()
    assert page.locator("#fault:visible").count() == 0
    page.locator("textarea[name=entries]").fill("great")
    page.locator("#n-votes", has_text="4").wait_for()
    assert [page.locator(f"#n-{name}").text_content() for name in ("agree", "conflicts", "right")] == ["–"] * 3
    assert page.get_by_role("button", name="Look at the change of lfs.py").is_disabled()
    page.locator("textarea[name=entries]").fill("strike")
    page.get_by_label("and votes for").select_option("negative")
    page.locator("#says", has_text="It votes on no text. Search the texts").wait_for()
    page.get_by_role("button", name="Look at the change of lfs.py").click()
    page.locator("#dialog-note", has_text="It votes on none of the texts").wait_for()
    page.get_by_role("button", name="Leave it").click()
    page.get_by_role("tab", name="to label").click()
    page.locator("#rows", has_text="labelfns label pipeline.toml --no-ask").wait_for()
    page.get_by_role("tab", name="all texts").click()
    page.get_by_label("Search").fill("zebra")
    page.locator("#rows", has_text="No text of this list holds “zebra”").wait_for()


def test_text_is_text(project, opened, browser, request):
    """Texts, labels, LFs and files may be called anything."""
    (project / "pipeline.toml").write_text(
        f"[data]\nlabels = ['a', {json.dumps(ODD)}]\npool = 'pool.jsonl'\n[lfs]\nfile = 'lfs.py'\n"
    )
    (project / "pool.jsonl").write_text(json.dumps({"text": f"word {ODD} <script>x</script>"}) + "\n")
    (project / "lfs.py").write_text(f"from labelfns import keywords\na = keywords('a', ['word'], name={ODD!r})\n")
    page = request.getfixturevalue("page_at")()
    page.get_by_role("tab", name="all texts").click()
    page.locator("#rows p", has_text="<script>x</script>").wait_for()
    page.locator("#lf-table button").click()
    page.get_by_role("heading", name="<img src=x").wait_for()
    assert page.locator("main img").count() == 0
    assert page.locator("#rows script").count() == 0
    assert "\u202e" not in page.content()
    assert "studio" in page.title()


def test_everything_to_press_has_a_name(page_at):
    page = page_at()
    page.get_by_label("and votes for").select_option("negative")
    page.locator("textarea[name=entries]").fill("great")
    page.locator("mark.draft").first.wait_for()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, summary, a[href]")].filter((e) =>
            !(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label"))).map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    assert page.evaluate("[...document.querySelectorAll('th')].filter((e) => !e.scope).length") == 0
    twice = "ids => ids.length - new Set(ids).size"
    assert page.evaluate(f"({twice})([...document.querySelectorAll('[id]')].map((e) => e.id))") == 0


def test_another_site_reads_nothing(browser, served, page_at):
    page_at()
    other = browser.new_page()
    other.goto("data:text/html,<p>elsewhere")
    port = served[0].port
    found = other.evaluate(
        """async (port) => { const said = [];
            for (const options of [{}, {method: "POST", body: "{}"}, {mode: "no-cors", credentials: "include"}]) {
                try { said.push((await (await fetch(`http://127.0.0.1:${port}/overview`, options)).text())); }
                catch (error) { said.push(""); }
            } return said; }""",
        port,
    )
    assert found == ["", "", ""]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(page_at, barriers, width, scheme):
    page = page_at(width, color_scheme=scheme)
    page.get_by_label("and votes for").select_option("positive")
    page.locator("textarea[name=entries]").fill("happy, glad")
    assert "One a line" in page.locator("#entries-help").text_content()
    page.locator("textarea[name=entries]").fill("happy")
    page.locator("mark.draft").first.wait_for()
    for details in page.locator("details").all():
        details.evaluate("details => { details.open = true }")
    assert barriers(page) == []
    page.get_by_role("button", name="Look at the change of lfs.py").click()
    page.get_by_role("button", name="Write it").wait_for()
    assert barriers(page) == []


def test_a_server_on_another_port_is_not_sent_the_cookie(page_at):
    """Another user of the machine may listen there; for the browser it is the same site."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    heard = []

    class Hostile(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.headers["cookie"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Hostile) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        page = page_at()
        page.goto(f"http://127.0.0.1:{server.server_port}/static/studio.js")
        server.shutdown()
        thread.join(10)
    assert heard
    assert set(heard) == {None}
