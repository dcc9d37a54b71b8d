import pyarrow as pa
import pytest

from labelfns.errors import InputError
from labelfns.frames.travel import packed, unpacked
from labelfns.frames.work import joined, strings


def batches(*sizes):
    return [pa.record_batch({"text": ["x" * 10] * n}) for n in sizes]


@pytest.mark.parametrize(
    ("sizes", "options", "expected"),
    [
        ((), {}, []),
        ((0, 0), {}, []),
        ((3, 0, 4), {"rows": 7}, [7]),
        ((3, 4, 1), {"rows": 7}, [7, 1]),
        ((10, 10), {"rows": 15}, [10, 10]),
        ((40,), {"rows": 15}, [15, 15, 10]),
        ((10, 10), {"size": 150}, [10, 10]),
        ((100,), {"size": 160}, [11, 11, 11, 11, 11, 11, 11, 11, 11, 1]),
        ((2,), {"size": 1}, [1, 1]),
    ],
)
def test_batches_are_joined_and_cut_to_a_good_size(sizes, options, expected):
    tables = list(joined(batches(*sizes), **options))
    assert [len(table) for table in tables] == expected
    assert sum(map(len, tables)) == sum(sizes)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", None, " ", "b"], pa.large_string()),
        pa.array(["a", None, "", "b"]),
        pa.array(["a", None, "\t", "b"]).dictionary_encode(),
    ],
)
def test_texts_are_strings_of_any_arrow_type(column):
    assert strings(pa.chunked_array([column]), "text") == ["a", None, None, "b"]


def test_what_is_no_text_is_one_message():
    with pytest.raises(InputError, match="column 'text' holds int64; texts must be strings"):
        strings(pa.chunked_array([[1]]), "text")
    assert strings(pa.chunked_array([pa.nulls(2)]), "text") == [None, None]


def test_a_worker_of_another_version_is_one_message():
    with pytest.raises(InputError, match=r"this worker has labelfns .*has 0\.0\.1; install the same version"):
        unpacked(packed([], {}), "0.0.1")
