import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns import Context, count, emoji, hashtags, keywords, labeling_function, lexicon, read_lfs, regex
from labelfns.errors import LFError
from labelfns.lfs.as_toml import is_data, lfs_toml
from labelfns.lfs.declared import PatternLF

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
LFS = [
    keywords("yes", ["so good", "great*", "c++", 'a "quoted" one', "back\\slash"], name="words"),
    keywords(0, ["x"], name="by id", where=Context(not_negated=True, only_with=("y", "z w"), last_words=3)),
    hashtags("yes", ["happy", "#glad*"], parts=True, name="tags"),
    emoji("yes", ["😀", ":)"], name="emoji"),
    regex("yes", r"\bso+\s(?P<a>x)\n", name="pattern"),
    regex("yes", "(?s)A.b", ignore_case=False, name="exact", where=Context(first_words=2)),
    lexicon("yes", {"good": 1.5, "bad": -0.125}, threshold=-0.5, negated=0.25, name="lexicon"),
    count("yes", "capitals", at_least=2, at_most=7, name="range"),
    count("yes", "words", at_least=0, name="open"),
]


def test_every_kind_comes_back(tmp_path):
    (tmp_path / "lfs.toml").write_text(lfs_toml(LFS), encoding="utf-8")
    assert read_lfs(tmp_path / "lfs.toml") == LFS


def test_the_list_holds_every_kind():
    assert {type(lf) for lf in LFS} == {kind for kind in kinds_below(type(LFS[0]).__mro__[1]) if is_data_kind(kind)}


def kinds_below(kind):
    return {below for one in kind.__subclasses__() for below in ({one} | kinds_below(one))}


def is_data_kind(kind):
    return kind.__module__ == PatternLF.__module__


@pytest.mark.parametrize("word", ["½", "x½", "⑴", "⒈", "ŀ", "Ŀa", "ʼ", "ﬁne", "GRÜSSE"])
def test_words_come_back_whose_folded_form_is_no_word(tmp_path, word):
    (tmp_path / "lfs.toml").write_text(lfs_toml([lf := lexicon("yes", {word: 1}, threshold=1)]), encoding="utf-8")
    (again,) = read_lfs(tmp_path / "lfs.toml")
    assert again == lf
    assert again(f"a {word} b") == lf(f"a {word} b") == "yes"


@given(NAMES, NAMES, st.dictionaries(st.text(st.characters(codec="utf-8")), st.one_of(st.none(), NAMES)))
def test_any_name_comes_back(tmp_path_factory, label, name, expects):
    path = tmp_path_factory.mktemp("lfs") / "lfs.toml"
    lf = count(label, "words", at_least=1, name=name, expects=expects)
    path.write_text(lfs_toml([lf]), encoding="utf-8", newline="")
    (again,) = read_lfs(path)
    assert again == lf
    assert again.expects == {text: label for text, label in expects.items() if label is not None}


def test_code_is_named():
    own = labeling_function(name="own")(lambda text: None)
    assert not is_data(own)
    with pytest.raises(LFError, match="no Python code, as own have"):
        lfs_toml([*LFS, own])
