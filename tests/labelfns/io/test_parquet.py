import polars as pl
import pytest

from labelfns.errors import InputError
from labelfns.io.parquet import read_parquet, read_parquet_metadata


def test_a_path_is_no_pattern(tmp_path):
    for name in ("v[1].parquet", "v*.parquet", "x=1"):
        path = tmp_path / name
        pl.DataFrame({"a": [name]}).write_parquet(path, metadata={"key": name})
        pl.DataFrame({"a": ["other"]}).write_parquet(tmp_path / "v1.parquet")
        assert read_parquet(path).rows() == [(name,)]
        assert read_parquet_metadata(str(path))["key"] == name


@pytest.mark.parametrize("read", [read_parquet, read_parquet_metadata])
@pytest.mark.parametrize("content", [b"", b"no", b"PAR1" + b"\xff" * 100 + b"PAR1"])
def test_a_broken_file_is_one_message(tmp_path, read, content):
    path = tmp_path / "v.parquet"
    with pytest.raises(InputError, match="no such file"):
        read(path)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"v.parquet cannot be read as Parquet"):
        read(path)


def test_a_panic_of_the_library_is_one_message(tmp_path, monkeypatch):
    (tmp_path / "v.parquet").touch()

    def panic(*arguments, **options):
        raise pl.exceptions.PanicException("range end index 8 out of range")

    monkeypatch.setattr(pl, "read_parquet", panic)
    with pytest.raises(InputError, match="range end index"):
        read_parquet(tmp_path / "v.parquet")
