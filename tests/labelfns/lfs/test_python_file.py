"""LF files are Python: what they import, what they define, how they fail."""

import copy
import pickle
import subprocess
import sys
import warnings
from dataclasses import replace

import pytest

from labelfns import LFSet
from labelfns.errors import InputError, LabelFnsWarning, LFError
from labelfns.lfs.load import lfs_of_module, read_lfs

LABELS = ["no", "yes"]


def write(folder, text, name="mine.py"):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def names(path):
    return [lf.name for lf in read_lfs(path)]


def test_every_lf_at_the_top_level_in_order(tmp_path):
    pytest.importorskip("snorkel")
    before = list(sys.path)
    path = write(
        tmp_path,
        "from labelfns import keywords, labeling_function\nfrom snorkel.labeling import labeling_function as theirs\n"
        "b = keywords('yes', ['good'], name='b')\n@theirs()\ndef c(x): return 0\n"
        "@labeling_function\ndef a(text): return 'no'\nagain = b\n",
    )
    assert names(path) == ["b", "c", "a"]
    assert LFSet(LABELS, read_lfs(path)).apply(["good"]).matrix.tolist() == [[1, 0, 0]]
    assert sys.path == before
    assert "mine" not in sys.modules


def test_an_lf_without_a_name_takes_its_variables(tmp_path):
    path = write(
        tmp_path,
        "from labelfns import column, count, keywords, model, row_function\n"
        "good = keywords('yes', ['good'])\nfine = keywords('yes', ['fine'])\nlong = count('no', 'words', at_least=9)\n"
        "own = keywords('no', ['x'], name='chosen')\nrow = row_function(lambda row: None)\n"
        "whole = column('no', lambda frame: frame['text'] == 'x')\nasked = model(lambda texts: [], at_least=1)\n",
    )
    assert names(path) == ["good", "fine", "long", "chosen", "row", "whole", "asked"]


def test_a_list_named_lfs_goes_first(tmp_path):
    text = "from labelfns import keywords\nx = keywords('yes', ['x'])\ny = keywords('no', ['y'])\n"
    assert names(write(tmp_path, f"{text}def helper(text): return 1\nlfs = [y, keywords('no', ['z'])]")) == [
        "y",
        "keywords_no",
    ]
    assert names(write(tmp_path, f"{text}from labelfns import LFSet\nlfs = LFSet(['no', 'yes'], [y])")) == ["y"]
    assert names(write(tmp_path, f"{text}from labelfns import lfs")) == ["x", "y"]  # the room, not a list


def test_plain_functions_are_not_dropped_in_silence(tmp_path):
    path = write(
        tmp_path,
        "from os.path import join\nfrom labelfns import keywords, labeling_function\nx = keywords('yes', ['x'])\n"
        "def forgotten(text): return 'no'\ndef _helper(text): return 1\nclass Kept: pass\n"
        "def taken(text): return 'no'\nt = labeling_function(taken)\n",
    )
    with pytest.warns(
        LabelFnsWarning,
        match=r"forgotten is a plain function and casts no vote.*@labeling_fun",
    ) as warned:
        assert names(path) == ["x", "t"]
    assert not any(word in str(warned[0].message) for word in ("join", "_helper", "Kept", "taken"))
    with (
        pytest.warns(LabelFnsWarning, match="f and g are plain functions and cast no votes"),
        pytest.raises(LFError, match="defines no labeling function"),
    ):
        read_lfs(write(tmp_path, "def f(text): return 1\ndef g(text): return 1"))


def test_dataclasses_and_pickles_of_a_file_work(tmp_path):
    path = write(
        tmp_path,
        "from __future__ import annotations\nimport pickle\nfrom dataclasses import dataclass\n"
        "from labelfns import labeling_function\n@dataclass\nclass Word:\n    text: str\n"
        "KEPT = pickle.loads(pickle.dumps(Word('good')))\n"
        "@labeling_function\ndef lf(text): return 'yes' if KEPT == Word(text) else None\n",
        name="my-lfs v1.py",
    )
    (lf,) = read_lfs(path)
    assert [lf("good"), lf("bad")] == ["yes", None]
    assert pickle.loads(pickle.dumps(lf)) is lf
    assert copy.deepcopy(lf) is lf


NEIGHBORLY = (
    "import words\nfrom deep.er import LATER\nfrom labelfns import labeling_function\n"
    "@labeling_function\ndef early(text): return 'yes' if text in words.GOOD else None\n"
    "@labeling_function\ndef late(text):\n    import deep.er as d\n    from words import GOOD\n"
    "    return 'yes' if text in GOOD and text in d.LATER else None\n"
)


def neighborly(folder, word):
    folder.mkdir(exist_ok=True)
    (folder / "deep").mkdir(exist_ok=True)
    write(folder / "deep", "from words import GOOD\nLATER = GOOD", "er.py")
    write(folder, f"GOOD = [{word!r}]", "words.py")
    return write(folder, NEIGHBORLY)


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_neighbors_are_those_of_the_files_own_folder(tmp_path, workers):
    one, other = (read_lfs(neighborly(tmp_path / word, word)) for word in ("good", "fine"))
    texts = ["good", "fine", "bad"]
    for lfs, votes in ((one, [1, -1, -1]), (other, [-1, 1, -1])):
        assert LFSet(LABELS, lfs).apply(texts, workers=workers).matrix.T.tolist() == [votes, votes]
    again = read_lfs(neighborly(tmp_path / "good", "bad!"))  # changed within the same second
    assert [[lf(text) for text in ("good", "bad!")] for lf in again] == [[None, "yes"]] * 2
    assert "words" not in sys.modules
    assert not list(tmp_path.rglob("__pycache__"))


@pytest.mark.slow
def test_in_another_process_the_file_is_run_again(tmp_path):
    path = neighborly(tmp_path, "good")
    pickled = pickle.dumps(read_lfs(path))
    code = "import pickle, sys; print([lf('good') for lf in pickle.loads(sys.stdin.buffer.read())])"

    def there():
        return subprocess.run([sys.executable, "-c", code], input=pickled, capture_output=True, check=False)

    assert there().stdout.strip() == b"['yes', 'yes']"
    path.unlink()
    assert b"LFError" in there().stderr  # raised by the LF, on a row, not while it is unpacked


@pytest.mark.slow
def test_an_lf_under_another_name_is_the_same_in_another_process(tmp_path):
    lfs = read_lfs(neighborly(tmp_path, "good"))
    again = [replace(lf, name=f"{lf.name} again") for lf in lfs]
    assert LFSet(LABELS, again).apply(["good", "bad"], workers=2).matrix.tolist() == [[1, 1], [-1, -1]]
    assert [lf.name for lf in pickle.loads(pickle.dumps(again))] == ["early again", "late again"]


def test_a_folder_does_not_replace_what_is_installed(tmp_path):
    (tmp_path / "numpy").mkdir()
    (tmp_path / "labelfns").mkdir()
    write(tmp_path / "labelfns", "raise ValueError", "__init__.py")
    path = write(tmp_path, "import numpy, json\nfrom labelfns import keywords\nx = keywords('yes', [str(numpy.pi)])")
    assert names(path) == ["x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_module", r"fails to import \(line 1\): ModuleNotFoundError"),
        ("x = 1\ny = x / 0", r"\(line 2\): ZeroDivisionError"),
        ("def broken(:", r"\(line 1\): SyntaxError"),
        ("import sys\n\nsys.exit(0)", r"fails to import \(line 3\): SystemExit: 0"),
        ("raise GeneratorExit", r"\(line 1\): GeneratorExit"),
        ("x = 1\nimport broken", r"\(line 2, broken.py line 3\): NameError"),
        ("x = 1\nimport unread", r"\(line 2, unread.py line 1\): SyntaxError"),
        (
            "from labelfns import hashtags\nx = hashtags('yes', [])",
            r"\(line 2\): hashtags\(\) was given an empty list",
        ),
        ("x = 1", "defines no labeling function"),
        ("lfs = [3, 4]", "2 problems(.|\n)*3 is a int, not a labeling function"),
        ("lfs = 3", "lfs must be a list"),
        ("lfs = []", "defines no labeling function"),
    ],
)
def test_a_file_that_fails_is_one_error_with_its_line(tmp_path, text, message):
    write(tmp_path, "\n\nnothing", "broken.py")
    write(tmp_path, "x = (", "unread.py")
    before = [finder for finder in sys.meta_path if "labelfns" in type(finder).__module__]
    with pytest.raises(LFError, match=message):
        read_lfs(write(tmp_path, text))
    if "fails" in message:
        assert [finder for finder in sys.meta_path if "labelfns" in type(finder).__module__] == before


def test_the_user_can_still_interrupt(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        read_lfs(write(tmp_path, "raise KeyboardInterrupt"))


def test_missing_and_misnamed_files(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_lfs(tmp_path / "none.py")
    (tmp_path / "lfs.txt").write_text("x = 1")
    with pytest.raises(InputError, match=r"end in \.py"):
        read_lfs(str(tmp_path / "lfs.txt"))


def test_lfs_of_a_module():
    import labelfns.data.tweet_sentiment as nothing

    with pytest.raises(LFError, match=r"tweet_sentiment defines no labeling function"):
        lfs_of_module(nothing)


@pytest.mark.parametrize(
    ("code", "joined"),
    [
        ('["good" "bad"]', "'goodbad' in line 2"),
        ('["good", "so"\n    "bad"]', "'sobad' in line 3"),
        ('["#a" "#b" "#c"]', "'#a#b' in line 2 and '#b#c' in line 2"),
        ('[("good" "bad"), "so " "late", "a" + "b", *["c"]]', None),
        ('[\n"good",  # "c" "d"\n"bad"]', None),
    ],
)
def test_a_missing_comma_in_a_list_is_said(tmp_path, code, joined):
    (tmp_path / "lfs.py").write_text(f"from labelfns import keywords\nx = keywords(0, {code})\n")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        read_lfs(tmp_path / "lfs.py")
    assert [str(one.message).partition(": Python joins")[0].partition("lfs.py: ")[2] for one in said] == (
        [joined] if joined else []
    )


@pytest.mark.parametrize("in_neighbor", [False, True])
def test_a_syntax_error_names_its_line_once(tmp_path, in_neighbor):
    wrong = "x = 1\nwords = ['good'\n"
    write(tmp_path, wrong, "words.py" if in_neighbor else "mine.py")
    path = write(tmp_path, "import words", "mine.py") if in_neighbor else tmp_path / "mine.py"
    with pytest.raises(LFError) as caught:
        read_lfs(path)
    where = "line 1, words.py line 2" if in_neighbor else "line 2"
    assert str(caught.value) == f"{path} fails to import ({where}): SyntaxError: '[' was never closed"
