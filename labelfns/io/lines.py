"""Lines of a binary stream, decoded and counted, in bounded memory.

A line ends with a line feed, or a carriage return and a line feed; in a file that has no line feed, with a carriage
return. Nothing else ends a line: neither a form feed, nor U+0085, nor U+2028.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from labelfns.errors import InputError

LONGEST = 1 << 26
"""Bytes that one line or row may have."""

_HEAD = 1 << 20


class Line(NamedTuple):
    """One line.

    Parameters
    ----------
    number
        Its number in the file; the first is 1.
    text
        What it holds, without its end.
    end
        What ended it; empty at the end of the file.
    """

    number: int
    text: str
    end: str


class Lines(Iterator[Line]):
    """The lines of a stream of UTF-8; some that were read can be put back.

    Parameters
    ----------
    stream
        The stream, opened in binary mode.
    name
        What it is called in messages.

    Raises
    ------
    InputError
        If it is not UTF-8, or a line has over `LONGEST` bytes.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.name = name
        self.done = 0
        """How many bytes are read."""
        self._again: deque[Line] = deque()
        self._lines = self._decoded(stream)

    def __next__(self) -> Line:
        return self._again.popleft() if self._again else next(self._lines)

    def put_back(self, lines: Iterable[Line]) -> None:
        """Make these the next lines again."""
        self._again.extendleft(reversed(list(lines)))

    def _decoded(self, stream: IO[bytes]) -> Iterator[Line]:
        for number, raw in enumerate(self._raw(stream), start=1):
            if number == 1:
                raw = self._without_mark(raw)
            try:
                text = raw.decode()
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{self.name} is not UTF-8: byte 0x{raw[error.start]:02x} in line {number}. Save it as UTF-8"
                ) from error
            content = text.removesuffix("\n").removesuffix("\r")
            yield Line(number, content, text[len(content) :])

    def _raw(self, stream: IO[bytes]) -> Iterator[bytes]:
        head = stream.readline(_HEAD)
        by_return = b"\r" in head and not head.endswith(b"\n")
        lines = _by_return(head, stream) if by_return else _by_feed(head, stream)
        for number, line in enumerate(lines, start=1):
            if len(line) > LONGEST:
                raise InputError(f"{self.name}, line {number} has over {LONGEST >> 20} MB: is it a file of texts?")
            self.done += len(line)
            yield line

    def _without_mark(self, first: bytes) -> bytes:
        """Return the first line without a byte order mark."""
        if first.startswith((b"\xff\xfe", b"\xfe\xff")) or first[:200].count(0) > len(first[:200]) / 4:
            raise InputError(f"{self.name} is not UTF-8 but looks like UTF-16. Save it as UTF-8")
        return first.removeprefix(b"\xef\xbb\xbf")


def _by_feed(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    if head and not head.endswith(b"\n"):
        head += stream.readline(LONGEST)
    while head:
        yield head
        head = stream.readline(LONGEST + 1)


def _by_return(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    while True:
        *lines, rest = head.split(b"\r")
        yield from (line + b"\r" for line in lines)
        block = stream.read(_HEAD)
        if not block or len(rest) > LONGEST:
            break
        head = rest + block
    if rest:
        yield rest
