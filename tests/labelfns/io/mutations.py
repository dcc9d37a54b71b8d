"""Files as they come: real ones of each format, broken in seeded ways."""

import csv
import io
import json
import random
from pathlib import Path

import polars as pl

from labelfns.data import example

SUFFIXES = ("csv", "tsv", "jsonl", "parquet", "txt")

PIECES = [
    b'"', b'""', b'\\"', b",", b"\t", b"\n", b"\r\n", b"\r", b"\n\n", b"\x00", b"\x0c", b"\xc2\x85", b"\xe2\x80\xa8",
    b"\xff", b"\xef\xbb\xbf", b"{", b"}", b"[" * 3000, b'{"text": "a"}', b"null", b"1" * 5000, b' "so', b'so" ', b" ",
]  # fmt: skip


def real_file(suffix: str, n: int = 40) -> bytes:
    """Return tweets with gold in a format, some with quotes, commas and line ends inside."""
    source = example("tweet_sentiment") / "val.jsonl"
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()[:n]]
    for i, extra in enumerate(['so "good", really', "line\nend", 'my 5" phone', '"all quoted"', "a\u2028b\x85c\x0cd"]):
        rows[7 * i]["text"] = extra
    if suffix == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=i % 2 > 0) + "\n" for i, row in enumerate(rows)).encode()
    if suffix == "txt":
        return "".join(row["text"].replace("\n", " ") + "\n" for row in rows).encode()
    if suffix == "parquet":
        file = io.BytesIO()
        pl.DataFrame(rows).write_parquet(file, row_group_size=10)
        return file.getvalue()
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter="," if suffix == "csv" else "\t", lineterminator="\r\n" if n % 2 else "\n")
    writer.writerow(["text", "label"])
    writer.writerows((row["text"], row["label"]) for row in rows)
    return lines.getvalue().encode()


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Return a file with up to four changes: bytes put in, taken out, doubled, moved or cut off."""
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(content) + 1), rng.choice([0, 1, 1, 5, 60])
        piece = rng.choice([*PIECES, bytes([rng.randrange(256)]), content[at : at + 200]])
        match rng.randrange(8):
            case 0:
                content = content[:at]
            case 1:
                content = content[:at] + content[at + length :]
            case 2:
                content = content.replace(b"\n", rng.choice([b"\r", b"\r\n"]), rng.choice([-1, 3]))
            case _:
                content = content[:at] + piece + content[at + length :]
    return content


def write(folder: Path, suffix: str, seed: int) -> Path:
    """Write the mutated file of a seed."""
    rng = random.Random(seed)
    path = folder / f"mutated_{seed}.{suffix}"
    path.write_bytes(mutated(real_file(suffix, rng.choice([36, 39])), rng))
    return path
