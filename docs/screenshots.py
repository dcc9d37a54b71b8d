"""Make the pictures in docs/images: the embedded example's report and studio, in Debian's chromium.

``python docs/screenshots.py`` runs the example first, which takes a few minutes; with the folder of a finished run of
it, ``python docs/screenshots.py RUN``, that run's report is written again and taken. The studio opens on a copy of the
example.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from labelfns.data import example

IMAGES = Path(__file__).parent / "images"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
COLORS = 256


def main(run: Path) -> None:
    """Take each picture from the run's report."""
    report = (run / "report.html").resolve().as_uri()
    with _chromium() as browser:
        for name, size, scheme in (
            ("report_light", DESKTOP, "light"),
            ("report_dark", DESKTOP, "dark"),
            ("report_phone", PHONE, "light"),
        ):
            _save(_opened(browser, report, size, scheme), name)
        page = _opened(browser, report, DESKTOP, "light")
        row = page.locator("table.lfs tr.lf").nth(1)
        row.locator(".opens").click()
        row.evaluate("row => window.scrollTo(0, row.getBoundingClientRect().top + window.scrollY - 120)")
        _save(page, "report_lf")
        with tempfile.TemporaryDirectory() as made, _studio(Path(made)) as address:
            page = _opened(browser, address, DESKTOP, "light")
            page.locator("#rows article").first.wait_for()
            page.get_by_label("and votes for").select_option("positive")
            page.locator("textarea[name=entries]").fill("tonight\nfinally\ncan't wait")
            page.locator("mark.draft").first.wait_for()
            _save(page, "studio_light")
            page.set_viewport_size(PHONE)
            page.emulate_media(color_scheme="dark")
            _save(page, "studio_phone")


@contextmanager
def _studio(folder: Path) -> Iterator[str]:
    """Start the command on a copy of the example, and give the address that it prints."""
    copy = shutil.copytree(example("tweet_sentiment"), folder / "tweets")
    command = [sys.executable, "-m", "labelfns", "studio", copy / "pipeline.toml", "--no-browser"]
    at_once = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "400"}  # and the address on one line
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=at_once) as started:
        assert started.stdout is not None
        yield next(found[0] for line in started.stdout if (found := re.search(r"http://\S+", line)))
        started.terminate()


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def _opened(browser: Browser, address: str, size: dict[str, int], scheme: str) -> Page:
    page = browser.new_page(viewport=size, color_scheme=scheme, device_scale_factor=2)
    page.goto(address)
    return page


def _save(page: Page, name: str) -> None:
    """Write what is seen as a PNG of few colors, which text needs no more of."""
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file)
    Image.open(file).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file}: {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        given = Path(sys.argv[1]) if sys.argv[1:] else Path(made) / "tweet_sentiment"
        if not sys.argv[1:]:
            subprocess.run([sys.executable, "-m", "labelfns", "demo", "--output", given], check=True)
        subprocess.run([sys.executable, "-m", "labelfns", "report", given], check=True)
        main(given)
