"""Files written back: they make the very LF that was typed, and all else in them is as it was, byte for byte."""

import json
import re
import tomllib
from warnings import catch_warnings

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from labelfns import Context, LFSet, count, emoji, hashtags, keywords, lexicon, regex
from labelfns.errors import InputError, LabelFnsWarning, LFError
from labelfns.lfs.load import read_lfs
from labelfns.pipelines.studio.drafts import editable, made
from labelfns.pipelines.studio.forms import form_of, table_of
from labelfns.pipelines.studio.write_back import Change, gold_change, is_made_there, lf_change, setting_change

LABELS = ("negative", 'say "no" \\ \u202e')
TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
NAMES = st.one_of(st.sampled_from(["mine", "keywords", "lfs", "class", "a b", "\u00e9t\u00e9", 'q"\\']), TEXT)
_ODD_WORDS = ["it's", "c++", "so good", "#x", '"', "\\", "don*", "\U0001f44d", "a\nb"]
WORDS = st.lists(st.one_of(TEXT, st.sampled_from(_ODD_WORDS)), min_size=1, max_size=5)
CONTEXTS = st.one_of(
    st.none(),
    st.builds(Context, not_negated=st.just(True), first_words=st.one_of(st.none(), st.integers(1, 9))),
    st.builds(Context, only_with=st.just(("day", "late night")), last_words=st.one_of(st.none(), st.integers(1, 9))),
)


def _or_none(build):
    """Return a builder that returns None for what it refuses."""

    def attempt(*arguments, **settings):
        try:
            with catch_warnings(action="ignore", category=LabelFnsWarning):
                return build(*arguments, **settings)
        except LFError:
            return None

    return attempt


def lfs_named(names):
    common = {"name": names, "where": CONTEXTS, "expects": st.dictionaries(TEXT, st.sampled_from(LABELS), max_size=1)}
    label = st.sampled_from(LABELS)
    numbers = st.floats(-1e5, 1e5).map(lambda number: round(number, 3))
    weights = st.dictionaries(
        st.one_of(st.sampled_from(["good", "it's"]), TEXT), numbers.filter(bool), min_size=1, max_size=4
    )
    kinds = (
        st.builds(_or_none(keywords), label, WORDS, **common),
        st.builds(_or_none(hashtags), label, WORDS, parts=st.booleans(), **common),
        st.builds(_or_none(emoji), label, WORDS, **common),
        st.builds(_or_none(regex), label, TEXT, ignore_case=st.booleans(), **common),
        st.builds(_or_none(lexicon), label, weights, threshold=numbers, negated=st.just(-0.5), **common),
        st.builds(
            _or_none(count), label, st.just("words"), at_least=st.integers(0, 3), **(common | {"where": st.none()})
        ),
    )
    return st.one_of(*kinds).filter(lambda lf: lf is not None)


PYTHON = '''#!/usr/bin/env python
"""A file of LFs: äöü."""
from labelfns import (
    Context, hashtags,
    keywords as kw, # why so
)
import labelfns as l, json

_WORDS = ["a", "b"] ; x = 1
# before
target = kw("negative", [  # inside
    "one",  # the first
    "two", "three"
], where=Context(not_negated=True))  # after
other = l.emoji("negative", [":("], name="sad one")
computed = kw("negative", _WORDS)

def _helper(): return "keywords(1, [])"
if x:
    hidden = kw("negative", ["hidden"])
'''
LISTED = PYTHON + 'lfs = [  # all\n    target, other,\n    l.emoji("negative", [":)"], name="glad"), # last\n]\n# end'
TOML = """# ours
[[lf]] # first
kind = "keywords"  # a
label = "negative"
name = "target"
words = [
  "one", # the first
  "two", "three",
]
where = { not_negated = true } # kept

[[lf]]
kind = "keywords"
name = "filed"
label = "negative"
words = ["x"]
file = "words.txt"
[[lf]]
kind = 'regex'
label = "negative"
name = "other"
pattern = "a#b" # c"""
FILES = {"lfs.py": PYTHON, "listed.py": LISTED, "lfs.toml": TOML}
IGNORED = pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")  # of words without spaces
RELAXED = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def read(folder, name, content):
    (folder / "words.txt").write_text("y\n")
    (folder / name).write_bytes(content)
    return {lf.name: lf for lf in read_lfs(folder / name)}


def same(lf, other):
    return lf == other and dict(lf.expects) == dict(other.expects)


@pytest.mark.slow
@IGNORED
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", FILES)
@RELAXED
@given(new=lfs_named(NAMES))
def test_a_new_lf_is_read_back(tmp_path_factory, name, end, new):
    folder = tmp_path_factory.mktemp("lfs")
    source = FILES[name].replace("\n", end).encode()
    before = read(folder, name, source)
    if new.name in before:
        return
    try:
        change = lf_change(folder / name, source, None, new)
    except LFError:
        assert name.endswith(".toml")  # which holds no half of a surrogate pair, and no text that must get no vote
        assert re.search("[\ud800-\udfff]", repr((new, new.expects))) or "\\ud" in repr((new, new.expects))
        return
    after = read(folder, name, change.after)
    assert same(after.pop(new.name), new)
    assert list(after) == list(before)
    assert all(same(after[one], before[one]) for one in before if one != "hidden")
    kept = [line for line in source.splitlines() if b"lfs = [" not in line]
    assert [line for line in change.after.splitlines() if line in kept] >= kept[:3]
    assert (b"\n" in change.after.replace(b"\r\n", b"")) == (end == "\n")


@pytest.mark.slow
@IGNORED
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", FILES)
@RELAXED
@given(new=lfs_named(st.just("target")))
def test_a_changed_lf_is_read_back(tmp_path_factory, name, end, new):
    folder = tmp_path_factory.mktemp("lfs")
    source = FILES[name].replace("\n", end).encode()
    before = read(folder, name, source)
    try:
        change = lf_change(folder / name, source, before["target"], new)
    except LFError:
        assert name.endswith(".toml")
        return
    after = read(folder, name, change.after)
    assert list(after) == list(before)
    assert same(after.pop("target"), new)
    assert all(same(after[one], before[one]) for one in after)
    start, stop = (b"# before", b"other = ") if name.endswith(".py") else (b"[[lf]] # first", b'name = "filed"')
    if name.endswith(".toml"):
        head, tail = source.split(start)[0], source.split(stop)[1]
        assert change.after.startswith(head + start)
        assert change.after.endswith(tail)
    else:
        parts = re.split(b"# before|  # after", source)
        assert change.after.endswith(parts[2])
        lines = [line for line in change.after.split(start)[0].splitlines() if b"labelfns" not in line]
        assert [line for line in parts[0].splitlines() if b"labelfns" not in line][:2] == lines[:2]


@pytest.mark.slow
@IGNORED
@given(lfs_named(TEXT))
def test_forms_say_what_lfs_are_or_are_not_offered(lf):
    form = form_of(lf, LABELS)
    source = lf_change(_PATH, b"", None, lf).after
    found = editable(lf, LABELS, _PATH, source)
    if not found["reason"]:
        assert same(made(table_of(form, LABELS), lf, LABELS), lf)
    plain = all(entry == entry.strip() and entry and "\n" not in entry for entry in getattr(lf, "words", ()))
    if plain and lf.where is None and type(lf).__name__ == "WordsLF" and lf.name == lf.name.strip():
        assert not found["reason"]


class _Named:
    name, suffix = "lfs.py", ".py"


_PATH = _Named()


def diff(change):
    return [line for line in change.lines[2:] if line[0] in "+-"]


def test_an_entry_comes_or_goes_alone(tmp_path):
    for name in FILES:
        source = FILES[name].encode()
        target = read(tmp_path, name, source)["target"]
        where = target.where
        more = keywords("negative", ["one", "two", "three", "four"], name="target", where=where)
        fewer = keywords("negative", ["one", "three"], name="target", where=where)
        between = keywords("negative", ["one", "half", "two", "three"], name="target", where=where)
        for new in (more, fewer, between):
            change = lf_change(tmp_path / name, source, target, new)
            assert len(diff(change)) <= 2
            assert b"the first" in change.after


def test_a_setting_changes_alone(tmp_path):
    for name in FILES:
        source = FILES[name].encode()
        target = read(tmp_path, name, source)["target"]
        new = keywords("negative", target.words, name="target")
        change = lf_change(tmp_path / name, source, target, new)
        assert len([line for line in diff(change) if line[0] == "-"]) == 1
        assert b"# the first" in change.after


def test_long_lists_are_broken():
    words = [f"word number {i}" for i in range(60)]
    change = lf_change(_PATH, b"", None, keywords("negative", words, name="mine"))
    lines = change.after.decode().splitlines()
    assert max(map(len, lines)) <= 120
    assert lines[:2] == ["from labelfns import keywords", ""]
    assert lines[2:5] == ["mine = keywords(", '    "negative",', "    ["]


def test_what_is_not_made_of_plain_values_is_told(tmp_path):
    lfs = read(tmp_path, "lfs.py", PYTHON.encode())
    told = {name: is_made_there(tmp_path / "lfs.py", PYTHON.encode(), lf) for name, lf in lfs.items()}
    assert told == {"target": True, "sad one": True, "computed": False, "hidden": False}
    lfs = read(tmp_path, "lfs.toml", TOML.encode())
    told = {name: is_made_there(tmp_path / "lfs.toml", TOML.encode(), lf) for name, lf in lfs.items()}
    assert told == {"target": True, "filed": False, "other": True}


@pytest.mark.parametrize(
    "source",
    [
        "from labelfns import keywords\ndef keywords(*a, **k): return None\nx = keywords('yes', ['a'])\n",
        "from other import keywords\nx = keywords('yes', ['a'])\n",
        "from labelfns import keywords\nx = keywords('yes', ['b'])\n",
        "from labelfns import keywords\nx = keywords('yes', *[['a']])\n",
        "from labelfns import keywords\nx = keywords('yes', **{'words': ['a']})\n",
        "from labelfns import keywords\nx = keywords('yes', ['a' for _ in '1'])\n",
        "from labelfns import keywords\nx = keywords('yes', [f'a'])\n",
        "x = (",
    ],
)
def test_only_a_call_that_makes_the_lf_can_be_changed(source):
    made_of = is_made_there(_PATH, source.encode(), keywords("yes", ["a"], name="x"))
    assert not made_of


@pytest.mark.parametrize("other", ["def regex(): pass", "regex = None", "from re import compile as regex", "del regex"])
def test_a_name_that_is_something_else_is_not_called(other):
    source = f"from labelfns import regex\n{other}\n".encode()
    with pytest.raises(LFError, match=r"regex is something else in the file than labelfns\.regex"):
        lf_change(_PATH, source, None, regex("yes", "a", name="x"))
    assert lf_change(_PATH, source, None, keywords("yes", ["a"], name="x"))
    function = source.replace(other.encode(), b"def f():\n    regex = 1")
    assert b'x = regex("yes", "a")' in lf_change(_PATH, function, None, regex("yes", "a", name="x")).after


def test_a_computed_list_is_not_written_to():
    made = b"from labelfns import keywords\na = keywords('yes', ['a'])\n"
    for listed in (b"lfs = [one for one in [a]]", b"if a:\n    lfs = [a]", b"lfs = [a]\nfor lfs in [lfs]: pass"):
        with pytest.raises(LFError, match="computes its list lfs"):
            lf_change(_PATH, made + listed + b"\n", None, keywords("yes", ["b"], name="b"))


def test_a_file_is_written_as_it_was_shown_or_not_at_all(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "lfs.py"
    path.write_bytes(b"old")
    path.chmod(0o600)
    change = Change(path, b"old", b"new")
    assert change.mark != Change(path, b"old", b"newer").mark
    change.write(folder)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="has changed"):
        change.write(folder)
    with pytest.raises(InputError, match="has changed"):
        Change(folder / "gone.py", b"old", b"new").write(folder)
    assert [one.name for one in folder.iterdir()] == ["lfs.py"]


@pytest.mark.parametrize("name", ["../out.py", "in/../../out.py", "link/out.py", "link.py"])
def test_nothing_is_written_elsewhere(tmp_path, name):
    folder, outside = tmp_path / "in", tmp_path / "outside"
    (folder / "in").mkdir(parents=True)
    outside.mkdir()
    (outside / "out.py").write_bytes(b"old")
    (tmp_path / "out.py").write_bytes(b"old")
    (folder / "link").symlink_to(outside)
    (folder / "link.py").symlink_to(outside / "out.py")
    with pytest.raises(InputError, match="not in the pipeline's folder"):
        Change(folder / name, b"old", b"new").write(folder)
    assert (outside / "out.py").read_bytes() == (tmp_path / "out.py").read_bytes() == b"old"


@pytest.mark.parametrize(
    "source",
    [
        '[data]\npool = "a"\n[lfs]\nfile = "x"\n',
        '[lfs]\nfile="x"\r\n[data]\r\nlabels = [\r\n"pool = 1",\r\n]\r\npool="a"',
        'data.pool = "a"\ndata.labels = []\n', '[data]\nlabels = ["""\npool = 1\n"""]\n"pool" = "a" # c\n',
        'data = { pool = "a" }\n',
    ],
)  # fmt: skip
def test_a_setting_is_added_on_a_line_of_its_own(tmp_path, source):
    path = tmp_path / "pipeline.toml"
    path.write_bytes(source.encode())
    if source.startswith("data = {"):
        with pytest.raises(InputError, match="add the line there"):
            setting_change(path, "data", "pool", "pool_gold", "x")
        return
    change = setting_change(path, "data", "pool", "pool_gold", 'a "b".jsonl')
    expected = tomllib.loads(source)
    expected["data"]["pool_gold"] = 'a "b".jsonl'
    assert tomllib.loads(change.after.decode()) == expected
    (line,) = (line for line in change.after.splitlines(keepends=True) if b"pool_gold" in line)
    assert change.after.replace(line, b"").strip() == source.encode().strip()


@given(texts=st.lists(TEXT.filter(str.strip), max_size=4), text=TEXT.filter(str.strip))
def test_a_mark_changes_one_line(tmp_path_factory, texts, text):
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    lines = [json.dumps({"text": one, "label": None, "more": 1}).encode() + b" \n" for one in texts]
    path.write_bytes(b"".join(lines).removesuffix(b"\n"))
    change = gold_change(path, text, "yes", ("text", "label"))
    rows = [json.loads(line) for line in change.after.splitlines()]
    before = list(map(json.loads, lines))
    marked = ([row for row in before if row["text"] == text] or [{}])[-1] | {"text": text, "label": "yes"}
    assert rows == [*(row for row in before if row["text"] != text), marked]
    assert all(line in change.after for line, one in zip(lines, texts, strict=True) if one != text)


def test_other_files_of_marks_are_refused(tmp_path):
    (tmp_path / "gold.jsonl").write_text('["x"]\n')
    with pytest.raises(InputError, match="not a file of JSON lines"):
        gold_change(tmp_path / "gold.jsonl", "x", "yes", ("text", "label"))
    with pytest.raises(InputError, match="this one is not"):
        gold_change(tmp_path / "gold.csv", "x", "yes", ("text", "label"))


def test_a_set_of_lfs_is_the_same_from_the_file(tmp_path):
    source = PYTHON.encode()
    new = regex("negative", r'a"\d\\', name="with space")
    after = lf_change(tmp_path / "lfs.py", source, None, new).after
    (tmp_path / "lfs.py").write_bytes(after)
    lfs = LFSet.from_file(tmp_path / "lfs.py", LABELS)
    assert lfs.names == ("target", "sad one", "computed", "hidden", "with space")
