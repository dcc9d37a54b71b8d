import pytest

from labelfns import LFSet, read_lfs, read_words
from labelfns.errors import InputError, LFError

GOOD = """
[[lf]]
kind = "keywords"
label = "no"
name = "bad_words"
words = ["awful"]
file = "bad.txt"
where = { not_negated = true }
expects = { "what a let down" = "no" }

[[lf]]
kind = "lexicon"
label = "yes"
weights = { good = 1.5 }
threshold = 1

[[lf]]
kind = "count"
label = "yes"
what = "exclamations"
at_least = 3

[[lf]]
kind = "regex"
label = "yes"
pattern = "so+"
"""


def test_lfs_and_words_from_files(tmp_path):
    (tmp_path / "bad.txt").write_text("# worse\nlet down\n\n #fail\n", encoding="utf-8-sig")
    (tmp_path / "lfs.toml").write_text(GOOD, encoding="utf-8")
    assert read_words(tmp_path / "bad.txt") == ["let down", "#fail"]
    lfs = LFSet(["no", "yes"], read_lfs(tmp_path / "lfs.toml"))
    assert lfs.names == ("bad_words", "lexicon_yes", "exclamations_yes", "regex_yes")
    assert lfs.apply(["awful!!!", "not a let down", "sooo good"]).matrix.tolist() == [
        [0, -1, 1, -1],
        [-1, -1, -1, -1],
        [-1, 1, -1, 1],
    ]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[[lf", InputError, "cannot be read as TOML"),
        ("", LFError, r"begins with a line \[\[lf\]\]"),
        ("[[lf]]\nkind = 'keyword'\nlabel = 'a'", LFError, "did you mean 'keywords'"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'", LFError, "words is missing, or file"),
        ("[[lf]]\nkind = 'keywords'\nwords = ['a']", LFError, "label is missing"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nwords = ['b']\nnam = 'x'", LFError, "did you mean 'name'"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nfile = 'none.txt'", LFError, "none.txt cannot be read"),
        ("[[lf]]\nkind = 'count'\nlabel = 'a'\nwhat = 'words'", LFError, "at_least"),
        ("[[lf]]\nkind = 'emoji'\nlabel = 'a'\nwords = ['x']\nwhere = { near = 'b' }", LFError, "where: .*near"),
    ],
)
def test_bad_files(tmp_path, text, error, message):
    (tmp_path / "lfs.toml").write_text(text)
    with pytest.raises(error, match=message):
        read_lfs(tmp_path / "lfs.toml")


def test_a_list_without_words(tmp_path):
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(InputError, match="holds no word"):
        read_words(tmp_path / "empty.txt")
