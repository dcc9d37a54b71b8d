"""The page in a browser: Debian's chromium, driven by playwright; skipped where there is neither."""

import io

import numpy as np
import pytest
from PIL import Image

from labelfns.pipelines.report.content import run_content
from labelfns.pipelines.report.pages import page as html_page

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(browser, metrics, evidence, tmp_path):
    """Return a function that opens the page at a width, and fails where the browser has anything to complain of."""
    (tmp_path / "report.html").write_text(html_page(run_content(metrics, "mine", evidence)), encoding="utf-8")
    problems, asked = [], []

    def at(width=1280, **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, **options)
        page.set_default_timeout(5000)
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        return page

    yield at
    assert not problems
    assert all(url.startswith("file:") for url in asked)


def test_the_table_of_lfs_sorts_filters_and_opens(opened):
    page = opened()
    heads = page.locator("table.lfs thead th")
    first = page.locator("table.lfs tr.lf .opens")
    heads.nth(0).get_by_role("button").click()
    assert heads.nth(0).get_attribute("aria-sort") == "ascending"
    assert first.all_text_contents() == ["bad", "good"]
    heads.nth(0).get_by_role("button").press("Enter")
    assert heads.nth(0).get_attribute("aria-sort") == "descending"
    assert first.all_text_contents() == ["good", "bad"]
    page.get_by_label("Find").fill("ba")
    assert page.locator("#shown").text_content() == "1 of 2 LFs"
    page.get_by_label("Find").fill("")
    page.get_by_role("combobox", name="votes for").select_option(label="positive")
    assert page.locator("#shown").text_content() == "1 of 2 LFs"
    page.get_by_role("button", name="good").click()
    assert page.get_by_role("button", name="good").get_attribute("aria-expanded") == "true"
    rows = page.locator("tr.more:visible .row")
    assert rows.count() == 3
    assert "good" in rows.locator("mark").all_text_contents()


def test_cells_rounds_and_rows_open(opened):
    page = opened()
    page.locator("button.cell", has_text="1").first.click()
    assert "gold positive" in page.locator(".confusion .rows .note").first.text_content()
    assert page.locator(".confusion .row").count() == 1
    page.locator(".flow li").nth(1).locator("summary", has_text="flipped").click()
    assert "a bad 🎉 day" in page.locator(".flow .row:visible").text_content()
    page.locator("#ask summary").click()
    page.locator("#ask .row").first.wait_for()  # rows are filled in after the click
    assert page.locator("main b b").count() == 0


def test_the_threshold_moves(opened):
    page = opened()
    figure = page.locator("[data-curve='0']")
    before = figure.locator("output").text_content()
    figure.get_by_label("Least confidence").focus()
    page.keyboard.press("End")
    assert figure.locator("output").text_content() != before
    assert "of the rows" in before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(opened, scheme):
    page = opened(390, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")


def test_without_scripts_everything_but_rows_is_there(opened):
    page = opened(java_script_enabled=False)
    assert page.locator("tr.more:visible").count() == 2
    assert page.locator("#filter:visible").count() == 0


def test_text_is_text(opened):
    page = opened()
    page.locator(".flow li").nth(1).locator("summary", has_text="added").click()
    page.locator(".flow .row p", has_text="<b>nothing</b>").wait_for()


def test_everything_to_press_has_a_name_and_ids_are_there_once(opened):
    page = opened()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, a[href]")].filter((e) =>
            !(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label"))).map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    heads = page.evaluate("[...document.querySelectorAll('th')].filter((e) => !e.scope).length")
    assert heads == 0


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(opened, barriers, width, scheme):
    page = opened(width, color_scheme=scheme)
    page.locator("table.lfs tr.lf .opens").first.click()
    for details in page.locator("details").all():
        details.evaluate("details => { details.open = true }")
    assert barriers(page) == []


def darkness(shot, right):
    """Return how dark the last row of a table is within its border on one side, from 0 to 255."""
    image = np.asarray(Image.open(io.BytesIO(shot)).convert("L"), dtype=float)
    return 255 - (image[-25:-10, -8:-3] if right else image[-25:-10, 3:8]).mean()


def test_a_table_that_is_cut_has_a_shade_where_it_goes_on(opened):
    page = opened(700)  # on a phone names stand still
    page.evaluate("document.querySelectorAll('td').forEach((cell) => { cell.style.minWidth = '30rem' })")
    page.evaluate("document.querySelectorAll('.heat td').forEach((cell) => { cell.className = 'h6' })")
    for table in page.locator(".scroll:visible").all():
        at_start = table.screenshot()
        table.evaluate("box => { box.scrollLeft = box.scrollWidth }")
        at_end = table.screenshot()
        what = table.get_attribute("aria-label")
        assert darkness(at_start, right=True) > darkness(at_end, right=True) + 20, what
        if table.locator("table.heat").count() == 0:  # there the names stand still
            assert darkness(at_end, right=False) > darkness(at_start, right=False) + 20, what


def test_on_a_phone_names_stay_while_figures_move(opened):
    page = opened(390)
    for table in page.locator(".scroll:visible").all():
        table.evaluate("box => { box.scrollLeft = box.scrollWidth }")
        names = table.locator("tbody th")
        within, name = table.bounding_box(), names.first.bounding_box()
        assert within["x"] <= name["x"] < within["x"] + 2
        assert name["width"] < 150


def test_what_to_do_next_can_be_copied(opened):
    page = opened()
    step = page.locator(".next li", has_text="Label more texts")
    step.get_by_role("button", name="Copy").click()
    step.get_by_role("button", name="ed").wait_for()  # Copied, or Selected where a page of a file may not write
    assert step.locator("code").text_content() == "labelfns predict mine new_texts.csv --output labels.csv"
