"""What a notebook shows: tables of a bounded size in which every name and text is text."""

import html as standard
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelfns import Context, LFSet, Votes, as_texts, column, find_rows, keywords, labeling_function, regex
from labelfns.display import html
from labelfns.display.names import short
from labelfns.models import MajorityVote
from labelfns.pipelines import analyze, one_lf, votes_change
from labelfns.pipelines.analysis.analyze import analyze_votes

ODD = [
    "<script>alert(1)</script>", "</td></table>", "&amp;", "\"><img src=x onerror=alert(1)>", "' onclick='x",
    "a\u202eb", "\x1b[2J", "{{ m }}", "$x$", "\ufffe", "جيد", "x" * 300, "</mark>", "<!--", "]]>", "[bold]x[/bold]",
]  # fmt: skip
TAGS = {
    "div", "b", "bdi", "br", "table", "thead", "tbody", "tr", "th", "td", "span", "mark", "details", "summary",
}  # fmt: skip
NAMES = st.one_of(
    st.sampled_from([name for name in ODD if name.isprintable()]),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=60).filter(str.strip),
)


class Parsed(HTMLParser):
    """The tags of a piece of HTML, its text, and whether every tag is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text, self.rows = [], "", 0
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        assert {name for name, _ in attrs} <= {"style", "dir"}
        self.rows += tag == "tr"
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)


def check(shown, *names):
    text = shown._repr_html_()
    found = Parsed(text)
    for name in names:
        assert short(name)[:70] in found.text
    assert "\u202e" not in text
    return found


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(NAMES, min_size=2, max_size=2, unique=True), st.lists(NAMES, min_size=3, max_size=3, unique=True))
def test_any_name_is_text_everywhere(labels, names):
    votes = Votes([[0, 1, -1], [1, -1, 1], [-1, -1, -1]], labels=labels, lf_names=names)
    check(votes, *labels, *names)
    lfs = [
        regex(labels[0], r"\d", name=names[0], expects={names[1]: None}),
        keywords(labels[1], ["late"], name=names[2]),
    ]
    check(LFSet(labels, lfs), *labels, names[0], names[2])
    check(lfs[0], names[0], labels[0])
    analysis = analyze_votes(votes, np.array([0, 1, -1]), label_model=MajorityVote())
    check(analysis, *names)
    check(votes_change(votes, Votes(votes.matrix[::-1], labels=labels, lf_names=names[::-1])), *names)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80).filter(str.strip))
def test_any_text_is_text_with_what_fired_marked(text):
    lfs = LFSet(["no", "yes"], [regex("yes", r"\S", name="signs"), keywords("no", ["bad"], name="bad")])
    texts = as_texts([text, "bad"])
    for shown in (find_rows(lfs, texts), one_lf(lfs, texts, lfs.apply(texts), "bad")):
        assert "bad" in check(shown).text


@pytest.mark.parametrize("text", ODD)
def test_odd_texts(text):
    lfs = LFSet(["no", "yes"], [regex("yes", r"\S+", name="signs")])
    assert "<mark" in find_rows(lfs, [text])._repr_html_()
    check(find_rows(lfs, [text]))


def test_many_rows_are_cut_and_counted():
    votes = Votes(np.zeros((2, 45), dtype=np.int8), labels=["no", "yes"])
    found = check(votes)
    assert found.rows == 1 + html.MOST_ROWS
    assert "and 25 more LFs" in found.text
    lfs = LFSet(["no", "yes"], [keywords("no", ["late"], name=f"lf {i}") for i in range(21)])
    assert "and 1 more LFs" in check(lfs).text
    rows = find_rows(lfs, ["late"] * 50, n=None)
    assert "and 30 more rows" in check(rows).text
    assert "50 of 50 texts are such rows" in check(rows).text


def test_an_lf_says_what_it_looks_for():
    @labeling_function
    def loud(text):
        """All in capitals.

        And more.
        """

    assert "All in capitals." in check(loud).text
    assert "And more" not in check(loud).text
    late = keywords("no", ["late", "stuck"], where=Context(not_negated=True, last_words=3), expects={"late": "no"})
    text = check(late).text
    assert "late and stuck; not negated, among the last 3 words" in text
    assert "“late”no" in text
    assert "any label" in check(LFSet(["no", "yes"], [loud])).text
    assert "votes foryes" in check(column("yes", lambda frame: frame["n"] > 1, name="n")).text.replace("\xa0", " ")
    assert "yes" in check(LFSet(["no", "yes"], [keywords(1, ["so"])])).text


def test_faults_and_shares_of_votes_are_there():
    @labeling_function
    def breaks(text):
        raise ValueError(text)

    with pytest.warns(UserWarning, match="breaks"):
        votes = LFSet(["no", "yes"], [keywords("no", ["late"], name="late"), breaks]).apply(["late", "x"])
    found = check(votes)
    assert "failed, rows" in found.text
    assert "50.0%" in found.text
    assert "1 with a vote (50.0%)" in found.text


def test_an_analysis_opens_with_alarms_and_its_first_table():
    @labeling_function
    def breaks(text):
        raise ValueError("<b>")

    lfs = LFSet(["no", "yes"], [keywords("no", ["late"], name="late"), breaks])
    text = analyze(lfs, ["late"], label_model=MajorityVote())._repr_html_()
    assert text.startswith("<div>Warning: LF breaks FAILS ON EVERY ROW (1 of 1)")
    assert "<b>" not in standard.unescape(text).split("ValueError: ")[0]
    assert text.index("Labeling functions") < text.index("<details>")
    Parsed(text)
