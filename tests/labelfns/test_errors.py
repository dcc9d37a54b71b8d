"""Messages are short, plain text."""

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError, LabelFnsError, WriteError, did_you_mean, raise_all, shown, some, some_rows

ANY_MACHINE = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def test_control_characters_are_written_out():
    assert shown("\x1b[2J a\tb\r\n \u202egnp") == r"\x1b[2J a\tb\r\n \u202egnp"
    assert shown("a\nb\x07", lines=True) == "a\nb\\x07"
    assert shown("👩‍🔬 می‌خواهم é") == "👩‍🔬 می‌خواهم é"  # joiners stay
    assert shown("half \ud83d") == r"half \ud83d"
    assert str(InputError("bad label \x1b]0;x\x07")) == r"bad label \x1b]0;x\x07"


@ANY_MACHINE
@given(st.text(st.characters(codec=None)))
def test_every_message_can_be_printed(text):
    message = str(InputError(text))
    message.encode()
    assert all(sign == "\n" or sign.isprintable() or ord(sign) > 0x9F for sign in message)


def test_a_hint_ends_a_message_and_errors_travel():
    error = pickle.loads(pickle.dumps(WriteError.of("a.txt", OSError(28, "No space left"))))
    assert isinstance(error, LabelFnsError | OSError)
    assert "labelfns " not in str(error)  # what command to give is for the command line to say
    error.hint = "Then go on with --resume"
    assert str(error).startswith("a.txt could not be written (OSError: [Errno 28] No space left)")
    assert str(error).endswith("Then go on with --resume")


def test_at_most_ten_problems():
    raise_all(InputError, [])
    with pytest.raises(InputError, match=r"^one$"):
        raise_all(InputError, ["one"])
    with pytest.raises(InputError, match=r"11 problems") as caught:
        raise_all(InputError, [f"problem {i}" for i in range(11)])
    assert str(caught.value).splitlines()[-2:] == ["  - problem 9", "  ... and 1 more"]


def test_some_of_many():
    assert [some(range(n), 3) for n in (0, 1, 2, 3, 5)] == ["", "0", "0 and 1", "0, 1 and 2", "0, 1, 2 and 2 more"]
    assert [some_rows(rows) for rows in ([3], [1, 4])] == ["row 3", "rows 1 and 4"]
    assert some_rows(range(25), "line") == "lines 0, 1, 2, 3, 4 and 20 more"
    assert len(some(["x" * 10_000])) < 100


def test_did_you_mean():
    assert did_you_mean("postive", ["negative", "positive"]) == "; did you mean 'positive'?"
    assert did_you_mean("x", ["negative"]) == did_you_mean("text", ["text" * 1000]) == ""
