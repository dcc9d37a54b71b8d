import pytest

from labelfns.errors import SettingsError
from labelfns.pipelines import FewGold, LittleGold


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="3 problems"):
        FewGold(folds=1, steps=0, rate=0)


def test_the_old_name():
    assert LittleGold is FewGold
