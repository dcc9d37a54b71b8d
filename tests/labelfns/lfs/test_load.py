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
        (
            "[[lf]]\nkind = 'lexicon'\nlabel = 'a'\nwords = { great = 1 }",
            LFError,
            "(?s)weights is missing.*words is not a setting of lexicon; it has .*threshold, weights",
        ),
        ("[[lf]]\nkind = 'lexicon'\nlabel = 'a'\nweights = { great = 1 }", LFError, "threshold is missing"),
        ('[[lf]]\nkind = "regex"\nlabel = "a"\npattern = "\\d+"', InputError, "in single quotes"),
        (
            "[[lf]]\nkind = 'emoji'\nlabel = 'a'\nwords = [':)']\nwhere = { not_negated = True }",
            InputError,
            "lower case",
        ),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nwords = ['b']\nnam = 'x'", LFError, "did you mean 'name'"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nfile = 'none.txt'", LFError, "none.txt cannot be read"),
        ("[[lf]]\nkind = 'count'\nlabel = 'a'\nwhat = 'words'", LFError, "at_least"),
        ("[[lf]]\nkind = 'emoji'\nlabel = 'a'\nwords = ['x']\nwhere = { near = 'b' }", LFError, "where: .*near"),
        ("[[lf]]\nkind = 'emoji'\nlabel = 'a'\nwords = [':)']\nwhere = 'b'", LFError, "where must be a table"),
        ("lf = [1]", LFError, r"number 1 \(no name\): an LF is a table.*got 1"),
        ("lf = 1", LFError, r"begins with a line \[\[lf\]\]"),
        (
            "[[lf]]\nkind = 'keywords'\nlabel = 'a'\nwords = 'abc'\nfile = 'b.txt'",
            LFError,
            "words must be a list.*'abc'",
        ),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nwords = 'abc'", LFError, "words must be a list"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nfile = 3", LFError, "file must be the name of a text file; got 3"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 1.5\nwords = ['x']", LFError, "label must be"),
        ("[[lf]]\nkind = 'lexicon'\nlabel = 'a'\nweights = ['x']\nthreshold = '1'", LFError, "(?s)weights.*threshold"),
        ("[[lf]]\nkind = 'regex'\nlabel = 'a'\npattern = ['x']", LFError, "takes the pattern as a string"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nwords = ['x']\nexpects = 'x'", LFError, "expects is a mapping"),
        ("[[lf]]\nkind = 'keywords'\nlabel = 'a'\nwords = ['x']\nname = 3", LFError, "name must be"),
        ("[[lf]]\nkind = ['x']\nlabel = 'a'", LFError, "kind must be one of"),
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


def test_only_line_ends_end_a_line(tmp_path):
    (tmp_path / "words.txt").write_bytes("let\u2028down\r\nso\x0cso\rfine".encode())
    assert read_words(tmp_path / "words.txt") == ["let\u2028down", "so\x0cso", "fine"]


def test_python_files_are_read_too(tmp_path):
    (tmp_path / "lfs.py").write_text("from labelfns import keywords\ngood = keywords(1, ['good'])\n")
    assert [lf.name for lf in read_lfs(str(tmp_path / "lfs.py"))] == ["good"]


def test_a_toml_file_by_its_name(tmp_path):
    (tmp_path / "lfs.toml").write_text("[[lf]]\nkind = 'keywords'\nlabel = 'no'\nwords = ['x']\n")
    assert [lf.name for lf in read_lfs(tmp_path / "lfs.toml")] == ["keywords_no"]
