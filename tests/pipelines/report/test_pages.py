import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelfns.display.names import short
from labelfns.pipelines.cli.console import _cells
from labelfns.pipelines.report.content import run_content
from labelfns.pipelines.report.pages import embedded, page, write_report
from labelfns.pipelines.run.metrics import read_old_metrics

OLD = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run" / "metrics.json"
LABELS = ["negative", "positive"]
ODD = [
    "$",
    "$$",
    "from_$5_to_$10",
    "$\\frac{1}",
    "_leading",
    "<script>alert(1)</script>",
    "&amp;",
    "{{ m }}",
    'id="lfs-figure_1"',
    "url(#x)",
    "\x1b[2J",
    "a\nb",
    "\u202eevil",
    "\ud800",
    "\ufffe",
    "جيد جدا",
    "很好",
    "👩‍🚀",
    "x" * 200,
    "items",
    "(tie)",
]
NAMES = st.one_of(st.sampled_from(ODD), st.text(st.characters(), min_size=1, max_size=200).filter(str.strip))


def of_before():
    return read_old_metrics(json.loads(OLD.read_text(encoding="utf-8")))


def metrics_of(labels, lf_names):
    """Return the metrics of a run of before, with other names of labels and LFs, and all that is measured now."""
    metrics = of_before()

    def renamed(values):
        return {labels[LABELS.index(name)] if name in LABELS else name: value for name, value in values.items()}

    metrics["labels"] = labels
    for ledger in metrics["rounds"]:
        for part in ("kept", "added", "dropped", "flipped", "predicted_shares", "shift"):
            ledger[part] = renamed(ledger[part])
        ledger["collapsed"] = labels[:1]
    metrics["label_model"]["by_label"] = renamed(metrics["label_model"]["by_label"])
    metrics["lfs"] = [
        {**metrics["lfs"][i % 2], "lf": name, "polarity": labels[i % 2 :][:1]} for i, name in enumerate(lf_names)
    ]
    metrics["lfs_val"] = [
        {**lf, "correct": i, "incorrect": 1, "accuracy": None if i == 1 else i / (i + 1)}
        for i, lf in enumerate(metrics["lfs"])
    ]
    by_class = {label: {"rows": 3, "precision": None, "recall": 0.25, "f1": 0.5} for label in labels}
    metrics |= {"by_class": {"test": by_class}, "copies": 4}
    said = [{"precision": 0.8, "interval": (0.3, 0.97)}, {"precision": None, "interval": None}]
    metrics["from_text"] = [
        {"lf": name, "label": labels[i % 2], "votes": 30, "by_votes": 0.7, **said[i % 2]}
        for i, name in enumerate(lf_names)
    ]
    metrics["warnings"] = [f"LF {name} never votes on the pool" for name in lf_names]
    metrics["faults"] = [{"set": "pool", "lf": lf_names[0], "rows": [0], "error": labels[0], "traceback": lf_names[-1]}]
    return metrics


def report_page(metrics, run=""):
    return page(run_content(metrics, run))


class Page(HTMLParser):
    """The tags of a page, what its scripts hold, and its attributes."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.ids, self.links, self.attributes, self._script = [], [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.attributes += values
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values[name] for name in ("href", "src") if name in values]
        self._script = tag == "script"
        if self._script:
            self.scripts.append((values, ""))

    def handle_data(self, data):
        if self._script:
            values, before = self.scripts[-1]
            self.scripts[-1] = (values, before + data)

    def handle_endtag(self, tag):
        self._script = False


def check(labels, lf_names, text):
    for name in [*labels, *lf_names]:
        assert html.escape(short(name)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in text
    found = Page(text)
    assert len(found.ids) == len(set(found.ids))
    assert [values.get("type") for values, _ in found.scripts] == ["application/json", None]
    data = json.loads(found.scripts[0][1])
    assert data["lfs"] == [short(name) for name in lf_names]
    assert not [name for name in found.attributes if name.startswith("on") or name == "style"]
    assert all(link.startswith("#") and link[1:] in found.ids for link in found.links)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NAMES, min_size=2, max_size=2, unique=True), st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_any_name_is_shown_as_text(labels, lf_names):
    check(labels, lf_names, report_page(metrics_of(labels, lf_names)))


def test_odd_names(tmp_path):
    metrics = metrics_of(ODD[:2], ODD[2:])
    path = write_report(tmp_path, metrics)
    assert path == tmp_path / "report.html"
    written = path.read_bytes()
    check(ODD[:2], ODD[2:], written.decode("utf-8"))
    assert write_report(tmp_path, metrics).read_bytes() == written


def test_a_run_of_before(tmp_path):
    text = write_report(tmp_path, of_before()).read_text(encoding="utf-8")
    assert "fragile raised" in re.sub(r"</?bdi>", "", text)
    assert "fine-tuned, round 1 (kept)" not in text
    assert "fine-tuned, round 0 (kept)" in text
    assert "The kept model by class" not in text


def test_a_set_without_any_known_gold():
    metrics = metrics_of(LABELS, ["a"])
    for kind in metrics["baselines"].values():
        kind["val"] = {"covered": None, "all_rows": None}
    for ledger in metrics["rounds"]:
        del ledger["scores"]["val"], ledger["hidden_scores"]["val"]
    assert "<small>0 of 0, 24 of 30</small>" in report_page(metrics)


def test_what_val_says_of_the_lfs_and_the_classes(tmp_path):
    text = report_page(metrics_of(LABELS, ["a", "b", "c"]))
    assert "accuracy on val" in text
    assert "66.7% <small>of 3</small>" in text
    assert "The kept model by class, on test" in text
    assert "4 texts of the pool repeat another" in text


def test_the_run_is_named_and_no_interval_is_made_up(tmp_path):
    metrics = metrics_of(LABELS, ["a"])
    text = re.sub(r"</?bdi>", "", report_page(metrics, "<first>"))
    assert "<title>&lt;first&gt;: " in text
    assert f"<h1>&lt;first&gt;: {LABELS[0]}" in text
    scores = {"accuracy": 1.0, "accuracy_interval": (0.9, 1.0), "macro_f1": 1.0, "macro_f1_interval": (1.0, 1.0)}
    assert [str(cell) for cell in _cells([scores])] == ["1.000 ±0.05", "1.000 "]
    assert "1.00–1.00" not in text


def test_the_content_policy_lets_its_own_style_and_script_run_and_nothing_else():
    text = report_page(metrics_of(LABELS, ["a"]))
    style, script = (re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1] for tag in ("style", "script"))
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)]
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])
    assert policy.split("; ")[:3] == [
        "default-src 'none'",
        f"style-src 'sha256-{hashes[0]}'",
        f"script-src 'sha256-{hashes[1]}'",
    ]


@pytest.mark.parametrize("text", ["</script><b>", "<!--", "]]>", "&lt;", "\u2028", "\ud800", "a\u202eb", "\x00"])
def test_no_text_ends_the_data_of_the_script(text):
    data = str(embedded({"rows": [text]}))
    assert not set("<>&\u202e\x00") & set(data)
    (row,) = json.loads(data)["rows"]
    assert row == short(text)
    data.encode("utf-8")
