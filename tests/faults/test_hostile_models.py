"""A model folder of any content, opened in every way: an answer or one message, and nothing of it is ever run."""

import json
import warnings

import pytest

from labelfns.errors import LabelFnsError
from labelfns.models import TransformerClassifier
from labelfns.models.transformer.backbone import load_backbone
from labelfns.pipelines import Pipeline
from labelfns.progress import silent

from . import hostile
from .campaign import try_all
from .conftest import check_message


@pytest.mark.slow
@pytest.mark.usefixtures("stdin")
def test_models(project, home, command):
    canary, texts = home / "canary", home / "texts.txt"
    texts.write_text("so great\nan awful day\n")

    def check(number, rng):
        for part in ("model", "second_view"):
            hostile.copy(project / "finished" / part, home / "run" / part)
        folder = home / "run" / rng.choice(["model", "model", "second_view"])
        for name in ("metrics.json", "predictor.json", "label_model.json", "lfs.py"):
            (home / "run" / name).write_bytes((project / "finished" / name).read_bytes())
        files = sorted(path for path in folder.iterdir() if path.suffix in (".json", ".safetensors"))
        done = [hostile.spoil(path, rng, canary, home / "outside") for path in rng.sample(files, rng.choice([1, 1, 2]))]
        if rng.random() < 0.5:
            hostile.evil(folder, canary)
        before, way = hostile.state(home), rng.randrange(4)
        try:
            if way == 0:
                code, out, err = command("predict", home / "run", texts)
                assert "Traceback" not in err
                assert code in (0, 2), err
                if code:
                    check_message(err, folder)
                else:
                    check_answers(out)
            else:
                try:
                    with warnings.catch_warnings(action="default"):
                        WAYS[way](folder)
                except LabelFnsError as error:
                    check_message(str(error), folder)
            assert not canary.exists()
            assert hostile.state(home) == before
        except BaseException as error:
            error.add_note(f"way {way}: {done}")
            raise

    try_all(12, check, cost=40)


def check_answers(out):
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 2
    assert all(0 <= row["confidence"] <= 1 for row in rows)


WAYS = {
    1: lambda folder: TransformerClassifier(folder).fit(["so great", "awful"], [0, 1], progress=silent),
    2: lambda folder: load_backbone(folder, ["a", "b"]),
    3: lambda folder: Pipeline.load(folder.parent).predict(["so great"], progress=silent),
}
