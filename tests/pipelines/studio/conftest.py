import json
from importlib.util import find_spec

import pytest

from labelfns.pipelines.run.settings import load_settings

if any(find_spec(name) is None for name in ("starlette", "tomlkit", "uvicorn")):
    collect_ignore_glob = ["test_*.py"]  # they need the extra studio

LFS = '''"""Our LFs."""  # a remark

from labelfns import Context, keywords as words, labeling_function, regex

good = words("positive", [
    "great",  # the word
    "so good",
])  # kept
bad = words(0, ["awful", "bad"], where=Context(not_negated=True), expects={"awful": "negative"})
late = regex("negative", r"\\blate\\b")


@labeling_function
def loud(text):
    return "negative" if text.isupper() else None
'''
TEXTS = [
    "a great day", "so good, not bad", "awful", "LATE AGAIN", "the train was late", "nothing at all",
    "#happy to be great", "great but awful", "happy :)", "<b>great</b> & \u202eback", "awful", "late, so happy",
]  # fmt: skip
GOLD = [
    "positive",
    "positive",
    "negative",
    "negative",
    None,
    None,
    "positive",
    "negative",
    None,
    None,
    "negative",
    None,
]


@pytest.fixture
def project(tmp_path):
    """A pipeline of twelve texts, some with gold, and four LFs."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "lfs.py").write_text(LFS, encoding="utf-8")
    rows = [json.dumps({"text": text, "label": label}) + "\n" for text, label in zip(TEXTS, GOLD, strict=True)]
    (folder / "pool.jsonl").write_text("".join(rows), encoding="utf-8")
    (folder / "pipeline.toml").write_text(
        '# ours\n[data]\nlabels = ["negative", "positive"]\npool = "pool.jsonl" # here\n\n[lfs]\nfile = "lfs.py"\n'
        '[label_model]\nkind = "majority"\n'
    )
    return folder


@pytest.fixture
def opened(project):
    """Return a function that opens the studio, as the files are then."""
    from labelfns.pipelines.studio.state import Studio

    return lambda: Studio(project / "pipeline.toml", load_settings(project / "pipeline.toml"))


@pytest.fixture
def studio(opened):
    return opened()
