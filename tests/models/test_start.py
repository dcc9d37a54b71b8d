"""What people import from `labelfns.models` starts without the large libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "crowdkit", "datasets", "matplotlib", "pandas", "polars", "scipy.optimize", "scipy.stats", "sklearn", "snorkel",
    "torch", "transformers",
}  # fmt: skip
NAMES = (
    "LabelModel, MajorityVote, SnorkelLabelModel, DawidSkene, accuracy_against_coverage, evaluate, leave_one_out, score"
)
FIT = """
from labelfns import Votes
model = LabelModel().fit(Votes([[0, 0, 1], [1, -1, 1], [0, 0, -1]], labels=["a", "b"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "then", ["", "import labelfns.models.label_models.kinds", FIT], ids=["names", "kinds", "a fit"]
)
def test_no_large_library(then):
    code = f"import sys\nfrom labelfns.models import {NAMES}\n{then}\nprint(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]"
