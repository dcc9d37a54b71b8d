import pytest

from labelfns.pipelines.shown import shown


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("[red]plain[/red] 👍🏽 ❤️‍🔥 می‌خواهم", "[red]plain[/red] 👍🏽 ❤️‍🔥 می‌خواهم"),
        ("\x1b[2J\x9b1m\x07", "\\x1b[2J\\x9b1m\\x07"),
        ("a\nb\r\u2028\u0085", "a\\nb\\r\\u2028\\x85"),
        ("\u202eabc\ud800", "\\u202eabc\\ud800"),
        (3, "3"),
    ],
)
def test_control_characters_are_written_out(text, printed):
    assert shown(text) == printed


def test_line_feeds_may_stay():
    assert shown("a\nb\rc", lines=True) == "a\nb\\rc"
