"""A run folder of any content, through every command: an answer or one message, and nothing outside of it changes."""

import json
import warnings

import pytest

from labelfns.errors import LabelFnsError
from labelfns.models.transformer.checkpoints import _SUMS
from labelfns.pipelines import Pipeline, load_settings, run_pipeline
from labelfns.pipelines.run.saved import CHECKSUMS, checksums, sha256

from . import hostile
from .campaign import try_all
from .conftest import SETTINGS, Stop, check_message


def forge(folder):
    """Write the sums of a run's files again, as who changes files on purpose would."""
    for sums in [*folder.rglob(CHECKSUMS), *folder.rglob(_SUMS)]:
        if sums.is_file() and not sums.is_symlink():
            values = checksums(sums.parent)
            values.pop(_SUMS, None)
            sums.write_text(json.dumps(values))
    made, votes = folder / "made_from.json", folder / "votes.parquet"
    if made.is_file() and votes.is_file():
        try:
            values = json.loads(made.read_text()) | {"files": {"votes.parquet": sha256(votes)}}
        except (ValueError, TypeError):
            return
        made.write_text(json.dumps(values))


def run(project, folder, **options):
    """Run or resume up to the training of a round."""

    def progress(what, done, total):
        if what.endswith("fine-tuning"):
            raise Stop

    try:
        with warnings.catch_warnings(action="default"):
            settings = load_settings(project / "pipeline.toml", SETTINGS)
            run_pipeline(settings, folder, progress=progress, **options)
    except LabelFnsError as error:
        return str(error)
    except Stop:
        pass
    return ""


def load(project, folder, command):
    try:
        with warnings.catch_warnings(action="default"):
            Pipeline.load(folder).summary()
    except LabelFnsError as error:
        return str(error)
    return ""


def by_command(*arguments):
    def call(project, folder, command):
        code, _, err = command(*[part.format(run=folder, home=project) for part in arguments])
        assert "Traceback" not in err
        assert code in (0, 2), err
        return err if code else ""

    return call


WAYS = {
    "resume": lambda project, folder, command: run(project, folder, resume=True),
    "overwrite": lambda project, folder, command: run(project, folder, overwrite=True),
    "load": load,
    "report": by_command("report", "{run}"),
    "predict": by_command("predict", "{run}", "{home}/test.tsv"),
    "predict without LFs": by_command("predict", "{run}", "{home}/test.tsv", "--without-lfs"),
    "apply": by_command("apply", "{run}/pipeline.toml", "--output", "{run}/../v.parquet", "--overwrite"),
}


READ = {
    "resume": ("made_from.json", "metrics.json", "trainer_state.json", "pseudo_labels.parquet", "votes.parquet"),
    "load": ("metrics.json", "pipeline.json", "label_model.json", "labelfns.json", "head.json"),
    "report": ("metrics.json",),
    "predict": ("predictor.json", "label_model.json", "labelfns.json", "head.json", "lfs.py"),
    "apply": ("pipeline.toml",),
}
"""What a command reads first of all."""


@pytest.mark.slow
@pytest.mark.usefixtures("stdin")
@pytest.mark.parametrize("way", WAYS)
def test_runs(project, home, command, way):
    canary = home / "canary"

    def check(number, rng):
        source = project / ("stopped" if way == "resume" else "saved" if way == "load" and number % 2 else "finished")
        folder = hostile.copy(source, home / "run")
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
        read = [path for path in files if path.name in READ.get(way, ())]
        among = read if read and rng.random() < 0.7 else files
        chosen = rng.sample(among, min(len(among), rng.choice([1, 1, 1, 2])))
        done = [hostile.spoil(path, rng, canary, home / "outside") for path in chosen]
        if rng.random() < 0.3:
            for inner in {path.parent for path in chosen}:
                hostile.evil(inner, canary)
        if rng.random() < 0.3 and (folder / "lfs.py").is_file():  # which may be /dev/null by now
            (folder / "lfs.py").unlink()
            hostile.evil(folder, canary)
            (folder / "evil.py").rename(folder / "lfs.py")
        if rng.random() < 0.5:
            forge(folder)
        before = hostile.state(home / "outside"), hostile.state(project)
        try:
            if message := WAYS[way](project, folder, command):
                check_message(message, folder, "pipeline.toml")
            assert not canary.exists()
            assert (hostile.state(home / "outside"), hostile.state(project)) == before
        except BaseException as error:
            error.add_note(f"{[path.relative_to(folder).as_posix() for path in chosen]}: {done}")
            raise

    try_all(6, check, cost=200)
