import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns import Context, count, emoji, hashtags, keywords, lexicon, regex
from labelfns.lfs.as_toml import lfs_toml
from labelfns.pipelines.studio.pasted import read_answer

LABELS = ["no", "yes"]
ANSWER = """\
Sure! Here are *labeling functions* for your texts (ten of them would be too many):

```python
from labelfns import keywords

furious = keywords("no", ["furious", "so mad*"])
keywords("yes", ["love"], name="love", where=Context(not_negated=True))
keywords(
    "yes",
    [
        "so good",  # two words
        "great",
    ],
    name="taken",
)
```

- `regex("no", r"\\bwhy (oh )?why\\b", name="why")`
2. count("no", "exclamations", at_least=3),
emoji("yes", ["😀"]); hashtags("yes", ["blessed"], name='tags')

I hope (really) this helps!
"""


def test_lines_are_read_whatever_stands_around_them():
    found = read_answer(ANSWER, LABELS, ["taken"])
    assert {lf.name: lf for lf in found.lfs} == {
        "furious": keywords("no", ["furious", "so mad*"], name="furious"),
        "love": keywords("yes", ["love"], name="love", where=Context(not_negated=True)),
        "taken_2": keywords("yes", ["so good", "great"], name="taken_2"),
        "why": regex("no", r"\bwhy (oh )?why\b", name="why"),
        "exclamations_no": count("no", "exclamations", at_least=3, name="exclamations_no"),
    }
    assert found.problems == ("line 20: it is no whole call of a builder",)


def test_tables_of_toml_are_read_too():
    lfs = [
        keywords("no", ["mad"], name="mad", where=Context(only_with=["so"])),
        lexicon("yes", {"good": 1.5}, threshold=1, name="sum"),
        emoji("yes", ["😀"], name="smile"),
        hashtags("yes", ["blessed"], name="tags"),
    ]
    found = read_answer(f"Here you are:\n```toml\n{lfs_toml(lfs)}```\n", LABELS, [])
    assert list(found.lfs) == lfs
    assert not found.problems
    assert list(read_answer(lfs_toml(lfs), LABELS, []).lfs) == lfs


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('keywords("maybe", ["x"])', "'maybe', which is not a label"),
        ('keywords("yes", [])', "line 1"),
        ('keywords("yes", open("/etc/passwd").read())', "its settings are not plain"),
        ('keywords("yes", ["x"], name=__import__("os").getcwd())', "its settings are not plain"),
        ('regex("yes", "(")', "does not compile"),
        ('x = keywords("yes", ["a"]); import os', "no whole call"),
        ('keywords("yes", ["a"', "no whole call"),
        ("import os", "code is not run"),
        ("@labeling_function\ndef f(text):\n    return 'yes'", "code is not run"),
        ('os.system("rm -rf /")', "code is not run"),
        ('[[lf]]\nkind = "keywords"\nlabel = "yes"\nfile = "/etc/passwd"\n', "in the answer itself"),
        ('[[lf]]\nkind = "prototypes"\nmodel = "evil/model"\nsentences = { yes = ["a"] }\n', "in the answer itself"),
        ('[[lf]]\nkind = "keywords"\nlabel = yes', "cannot be read as TOML"),
    ],
)
def test_nothing_else_is_taken(answer, said):
    found = read_answer(answer, LABELS, [])
    assert not found.lfs
    assert said in found.problems[0]


def test_what_comes_twice_is_taken_once():
    found = read_answer('keywords("yes", ["a"])\nkeywords("yes", ["a"], name="again")', LABELS, [])
    assert [lf.name for lf in found.lfs] == ["keywords_yes"]
    assert found.problems == ("line 2: it is keywords_yes again",)


@given(
    st.lists(st.sampled_from([*"()[]{}\"'`#=,\\\n ", "keywords(", '"yes"', "x", "[[lf]]", "regex(", "0"]), max_size=60)
)
def test_any_answer_is_read_without_failing(parts):
    read_answer("".join(parts), LABELS, [])


def test_a_deep_answer_is_read_without_failing():
    assert not read_answer('keywords("yes", ' + "[" * 50_000, LABELS, []).lfs
