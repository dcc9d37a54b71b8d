"""A stopped run with a file cut short, swapped, edited or gone: one message that names it, and what to do."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from labelfns.errors import InputError
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.progress import silent

BEFORE = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project"
SETTINGS = ["classifier.checkpoint_minutes=0", "classifier.batch_size=32", 'classifier.precision="full"']


@pytest.fixture(scope="module")
def project(tmp_path_factory, stop_a_run):
    """A project with a run that was stopped in its second round."""
    home = tmp_path_factory.mktemp("damage")
    stop_a_run(home, SETTINGS)
    return home


@pytest.fixture
def stopped(project, tmp_path):
    shutil.copytree(project / "stopped", tmp_path / "run")
    return tmp_path / "run"


def resume(project, folder):
    return run_pipeline(load_settings(project / "pipeline.toml", SETTINGS), folder, resume=True, progress=silent)


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def garble(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


NOT_READ = {".labelfns-run", ".lock", "lfs.py"}
NOT_NEEDED = {"tokenizer.json", "tokenizer_config.json", "training_args.bin"}


def test_the_stopped_run_is_as_the_cases_want_it(project):
    names = files(project / "stopped")
    assert "rounds/0/pseudo_labels.parquet" in names
    assert "checkpoints/1/checkpoint-2/optimizer.pt" in names or "checkpoints/1/checkpoint-1/optimizer.pt" in names
    assert "rounds/1/metrics.json" not in names


@pytest.mark.slow
@pytest.mark.parametrize("damage", [cut, empty, Path.unlink])
def test_every_file_that_is_damaged_is_named(project, stopped, damage, tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(stopped, whole)
    for name in files(whole):
        if name in NOT_READ or (name.startswith("checkpoints") and Path(name).name in NOT_NEEDED):
            continue
        if damage is Path.unlink and Path(name).name in ("made_from.json", "checksums.json", "files.json"):
            continue  # the run begins again; version 0.1 wrote no sums
        shutil.rmtree(stopped)
        shutil.copytree(whole, stopped)
        damage(stopped / name)
        with pytest.raises(InputError) as caught:
            resume(project, stopped)
        message = str(caught.value)
        if name == "pipeline.toml" and "begun with other input" in message:
            continue  # cut between two settings it is a file of fewer settings
        assert str((stopped / name).parent) in message, (name, message)
        assert Path(name).name in message, (name, message)
        assert re.search("--overwrite|[Rr]emove .* resume|remove this folder", message), (name, message)
        assert len(message.splitlines()) == 1, message


def other_round(stopped):
    shutil.copytree(stopped / "rounds" / "0", stopped / "rounds" / "1")


def other_ledger(stopped):
    (stopped / "rounds" / "0" / "checksums.json").unlink()
    file = stopped / "rounds" / "0" / "metrics.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "trained_on": "many"}))


def lost_part_of_a_ledger(stopped):
    (stopped / "rounds" / "0" / "checksums.json").unlink()
    file = stopped / "rounds" / "0" / "metrics.json"
    values = json.loads(file.read_text())
    del values["confidence"]
    file.write_text(json.dumps(values))


def other_table(stopped):
    (stopped / "rounds" / "0" / "checksums.json").unlink()
    pl.DataFrame({"text": ["a"]}).write_parquet(stopped / "rounds" / "0" / "pseudo_labels.parquet")


def short_table(stopped):
    (stopped / "rounds" / "0" / "checksums.json").unlink()
    file = stopped / "rounds" / "0" / "pseudo_labels.parquet"
    pl.read_parquet(file)[:-1].write_parquet(file)


def edited_probability(stopped):
    file = stopped / "rounds" / "0" / "pseudo_labels.parquet"
    pl.read_parquet(file).with_columns(pl.lit(0.5).alias("p_negative")).write_parquet(file)


def other_votes(stopped):
    shutil.copy(BEFORE.parent / "votes.parquet", stopped / "votes.parquet")


def no_votes(stopped):
    pl.DataFrame({"a": [1]}).write_parquet(stopped / "votes.parquet")


def swapped_states(stopped):
    (folder,) = (stopped / "checkpoints" / "1").glob("checkpoint-*")
    shutil.move(folder / "optimizer.pt", folder / "aside")
    shutil.move(folder / "scheduler.pt", folder / "optimizer.pt")
    shutil.move(folder / "aside", folder / "scheduler.pt")


def made_from_nothing(stopped):
    (stopped / "made_from.json").write_text("[]")


def made_from_less(stopped):
    (stopped / "made_from.json").write_text('{"versions": 3}')


def no_toml(stopped):
    (stopped / "pipeline.toml").write_text("[data")


CASES = {
    other_round: "rounds/1/metrics.json is damaged: it is the ledger of round 0",
    other_ledger: "rounds/0/metrics.json is damaged",
    lost_part_of_a_ledger: "rounds/0/metrics.json is damaged",
    other_table: "rounds/0/pseudo_labels.parquet is damaged",
    short_table: "rounds/0/pseudo_labels.parquet is damaged: it has 80 rows, the pool has 81",
    edited_probability: "rounds/0/pseudo_labels.parquet is damaged: it was changed",
    other_votes: "votes.parquet is damaged: it was changed",
    no_votes: "votes.parquet is damaged",
    swapped_states: "optimizer.pt",
    made_from_nothing: "made_from.json is damaged",
    made_from_less: "made_from.json is damaged",
    no_toml: "pipeline.toml is damaged",
}


@pytest.mark.parametrize("damage", CASES, ids=lambda case: case.__name__)
def test_what_is_swapped_or_edited_is_named(project, stopped, damage):
    damage(stopped)
    with pytest.raises(InputError) as caught:
        resume(project, stopped)
    assert CASES[damage] in str(caught.value)


@pytest.mark.slow
def test_what_the_messages_say_helps(project, stopped):
    shutil.copytree(stopped, stopped.parent / "undisturbed")
    resume(project, stopped.parent / "undisturbed")
    expected = (stopped.parent / "undisturbed" / "model" / "model.safetensors").read_bytes()
    garble(next((stopped / "checkpoints" / "1").glob("*/model.safetensors")))
    cut(next((stopped / "checkpoints" / "1").glob("*/optimizer.pt")))
    with pytest.raises(InputError, match=r"[Rr]emove "):
        resume(project, stopped)
    shutil.rmtree(stopped / "checkpoints" / "1")
    resume(project, stopped)
    assert (stopped / "model" / "model.safetensors").read_bytes() == expected
    cut(stopped / "metrics.json")
    with pytest.raises(InputError, match=r"metrics.json is damaged.*Remove it and resume"):
        resume(project, stopped)
    (stopped / "metrics.json").unlink()
    resume(project, stopped)
    assert (stopped / "model" / "model.safetensors").read_bytes() == expected


@pytest.mark.slow
def test_a_run_resumes_in_another_place(project, stopped):
    shutil.copytree(stopped, stopped.parent / "undisturbed")
    resume(project, stopped.parent / "undisturbed")
    moved = stopped.rename(stopped.parent / "else where")
    resume(project, moved)
    for name in ("rounds/1/model/model.safetensors", "rounds/1/metrics.json", "rounds/1/pseudo_labels.parquet"):
        assert (moved / name).read_bytes() == (stopped.parent / "undisturbed" / name).read_bytes()


@pytest.mark.slow
def test_a_stopped_run_of_the_version_before_resumes(project, tmp_path):
    """Its columns are named like the labels, and it has neither a mark nor checksums."""
    shutil.copytree(BEFORE / "run", tmp_path / "run")
    for name in ("metrics.json", "weak_labels.parquet"):
        (tmp_path / "run" / name).unlink()
    shutil.rmtree(tmp_path / "run" / "model")
    shutil.rmtree(tmp_path / "run" / "rounds" / "1")
    toml = tmp_path / "run" / "pipeline.toml"
    toml.write_text(toml.read_text().replace('"/project/', f'"{project.as_posix()}/'))
    made_from = tmp_path / "run" / "made_from.json"  # the fixture's LF file was formatted since
    now = hashlib.sha256(repr((project / "lfs.py").read_bytes()).encode()).hexdigest()
    values = json.loads(made_from.read_text())
    made_from.write_text(json.dumps(values | {"lfs": values["lfs"] | {"the LF file": now}}))
    settings = ['classifier.precision="full"', 'label_model.kind="labelfns"', "classifier.max_length=24"]
    run_pipeline(load_settings(project / "pipeline.toml", settings), tmp_path / "run", resume=True, progress=silent)
    now = pl.read_parquet(tmp_path / "run" / "rounds" / "1" / "pseudo_labels.parquet")
    then = pl.read_parquet(BEFORE / "run" / "rounds" / "1" / "pseudo_labels.parquet")
    assert now["trained_on"].to_list() == then["trained_on"].to_list()
    assert now["p_negative"].to_numpy() == pytest.approx(then["negative"].to_numpy(), abs=1e-5)
