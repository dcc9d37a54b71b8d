import subprocess
import sys

import pytest

from labelfns.errors import SettingsError
from labelfns.pipelines import Rounds


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="6 problems"):
        Rounds(rounds=-1, judges=1.0, teacher="first", class_balance=(0.5, 0.6), patience=-1, min_changed=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("module", ["self_training.settings", "few_gold.settings", "few_gold"])
def test_importing_them_is_light(module):
    code = f"import sys, labelfns.pipelines.{module}; print(sorted({{'torch', 'transformers'}} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
