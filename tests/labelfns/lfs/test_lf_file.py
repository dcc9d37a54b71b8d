import sys

import pytest

from labelfns.errors import InputError, LFError
from labelfns.lfs.lf_file import load_lfs

LABELS = ["no", "yes"]


def write(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_lf_at_the_top_level_in_order(tmp_path):
    (tmp_path / "words.py").write_text("GOOD = ['good']")
    before = list(sys.path)
    path = write(
        tmp_path,
        "from labelfns import keywords, labeling_function\nfrom words import GOOD\n"
        "b = keywords('yes', GOOD, name='b')\n@labeling_function\ndef a(text): return 'no'\n",
    )
    assert load_lfs(path, LABELS).names == ("b", "a")
    assert sys.path == before
    sys.modules.pop("words")


def test_a_list_named_lfs_goes_first(tmp_path):
    path = write(
        tmp_path,
        "from labelfns import keywords\nx = keywords('yes', ['x'])\ny = keywords('no', ['y'])\nlfs = [y]",
    )
    assert load_lfs(path, LABELS).names == ("keywords_no",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_module", r"fails to import \(line 1\): ModuleNotFoundError"),
        ("x = 1\ny = x / 0", r"\(line 2\): ZeroDivisionError"),
        ("def broken(:", r"\(line 1\): SyntaxError"),
        (
            "from labelfns import hashtags\nx = hashtags('yes', [])",
            r"\(line 2\): hashtags\(\) was given an empty list",
        ),
        ("x = 1", "defines no labeling function"),
        ("from labelfns import keywords\nx = keywords('maybe', ['x'])", "'maybe', which is not a label"),
        ("lfs = [3]", "3 is a int, not a labeling function"),
    ],
)
def test_bad_files(tmp_path, text, message):
    with pytest.raises(LFError, match=message):
        load_lfs(write(tmp_path, text), LABELS)


def test_missing_and_misnamed_files(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_lfs(tmp_path / "none.py", LABELS)
    (tmp_path / "lfs.txt").write_text("x = 1")
    with pytest.raises(InputError, match=r"end in \.py"):
        load_lfs(tmp_path / "lfs.txt", LABELS)
