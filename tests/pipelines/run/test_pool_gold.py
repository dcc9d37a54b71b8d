"""`data.pool_gold`: gold labels of texts of the pool, in a file of their own."""

import pytest

from labelfns.errors import InputError, LabelFnsWarning, SettingsError
from labelfns.pipelines.run.inputs import input_paths, read_set, with_most_gold
from labelfns.pipelines.run.settings import load_settings


@pytest.fixture
def pipeline(tmp_path):
    (tmp_path / "pool.csv").write_text("text,label\na,no\nb,\nc,yes\nb,\n")
    (tmp_path / "gold.jsonl").write_text(
        '{"text": "b", "label": "yes"}\n{"text": "c", "label": null}\n{"text": "elsewhere", "label": "no"}\n'
    )
    (tmp_path / "val.csv").write_text("text,label\nx,no\ny,yes\nz,yes\nw,yes\n")
    (tmp_path / "lfs.py").write_text("")
    (tmp_path / "pipeline.toml").write_text(
        '[data]\nlabels = ["no", "yes"]\npool = "pool.csv"\npool_gold = "gold.jsonl"\n[lfs]\nfile = "lfs.py"\n'
    )
    return tmp_path / "pipeline.toml"


def test_it_counts_before_the_pools_own_and_what_is_not_of_the_pool_is_said(pipeline):
    settings = load_settings(pipeline)
    with pytest.warns(LabelFnsWarning, match=r"of 2 rows with a label .* 1 has a text .* not in the pool.*\(line 3\)"):
        pool = read_set(settings.data.pool, settings.data, need_gold=False)
    assert pool.gold.tolist() == [0, 1, -1, 1]
    assert pipeline.parent / "gold.jsonl" in input_paths(settings)


def test_no_gold_is_asked_for(pipeline):
    settings = load_settings(pipeline)
    assert read_set(settings.data.pool, settings.data, need_gold=False, gold="").gold is None


def test_it_needs_the_name_of_a_column(pipeline):
    with pytest.raises(SettingsError, match="pool_gold is set, and gold"):
        load_settings(pipeline, ["data.gold="])


def test_a_file_that_is_not_there_is_said(pipeline):
    (pipeline.parent / "gold.jsonl").unlink()
    settings = load_settings(pipeline)
    with pytest.raises(InputError, match=r"gold\.jsonl"):
        read_set(settings.data.pool, settings.data, need_gold=False)


@pytest.mark.filterwarnings("ignore:of 2 rows with a label")
def test_words_are_told_by_the_texts_with_more_gold(pipeline):
    settings = load_settings(pipeline)
    pool = read_set(settings.data.pool, settings.data, need_gold=False)
    assert with_most_gold(settings, pool) is pool
    by_val = load_settings(pipeline, ["data.val=val.csv"])
    assert with_most_gold(by_val, pool).texts == ["x", "y", "z", "w"]
