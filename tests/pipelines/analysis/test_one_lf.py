import json

import pytest

from labelfns import Context, LFSet, as_texts, emoji, hashtags, keywords, labeling_function, regex
from labelfns.pipelines.analysis.one_lf import Meeting, one_lf

TEXTS = ["good", "good bad", "good bad", "good nice", "bad", "so good"]
GOLD = ["yes", "no", "yes", "yes", "no", "no"]


@labeling_function
def broken(text):
    raise ValueError("no")


LFS = LFSet(
    ["no", "yes"],
    [
        keywords("yes", ["good"], name="g"),
        keywords("no", ["bad"], name="b"),
        keywords("yes", ["nice"], name="n"),
        keywords("no", ["zzz"], name="never"),
        broken,
    ],
)


def look(name, gold):
    texts = as_texts(TEXTS)
    return one_lf(LFS, texts, LFS.apply(texts), name, gold)


def test_beside_each_other_lf(recwarn):
    found = look("g", GOLD)
    assert found.meetings == (Meeting("b", 2, 2, 1, 1), Meeting("n", 1, 0, 0, 0))
    assert (found.lf.correct, found.lf.incorrect, found.rows, found.alone) == (3, 2, 6, 2)
    assert [row.row for row in found.wrong] == [1, 5]
    assert [row.row for row in found.conflicts] == [2]  # each row once
    assert [row.row for row in found.others] == [0, 3]
    shown = str(found)
    assert "It votes on 5 of 6 texts, on 2 of them alone." in shown
    assert "who is right where they differ" in shown
    assert json.loads(json.dumps(found.to_json()))["lf"]["accuracy"] == 0.6


def test_without_gold_and_without_votes(recwarn):
    found = look("g", None)
    assert found.wrong == ()
    assert found.meetings[0].right is None
    assert "right" not in str(found)
    silent = look("never", None)
    assert (silent.meetings, silent.others) == ((), ())
    assert "It votes on 0 of 6 texts" in str(silent)
    assert look("broken", None).fault.lf == "broken"


@pytest.mark.parametrize(
    ("lf", "entries", "not_found"),
    [
        (keywords("yes", ["good", "sobad", "bad", "ni*", "zz*"], name="x"), 5, ("sobad", "zz*")),
        (keywords("yes", ["good", "bad"], where=Context(first_words=1), name="x"), 2, ()),  # in any place
        (keywords("yes", ["so good", "good", "good so"], name="x"), 3, ("good so",)),  # one inside a longer one
        (hashtags("yes", ["good"], name="x"), 1, ("good",)),
        (emoji("yes", [":)"], name="x"), 1, (":)",)),
        (regex("yes", "zz", name="x"), 0, ()),
    ],
)
def test_entries_of_its_list_that_are_in_no_text(lf, entries, not_found):
    lfs, texts = LFSet(["no", "yes"], [lf]), as_texts(TEXTS)
    found = one_lf(lfs, texts, lfs.apply(texts), "x")
    assert (found.entries, found.not_found) == (entries, not_found)
    assert json.loads(json.dumps(found.to_json()))["not_found"] == list(not_found)
    assert ("of its list" in str(found)) == bool(not_found)
    if entries == 5:
        assert "Of the 5 entries of its list 2 stand in none of them: sobad and zz*." in str(found)
