import pytest

from labelfns.lfs.meaning.replies import answer_in

ANSWERS = ["positive", "negative", "not sure", "Very Positive"]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("positive", "positive"),
        (" **Positive**.\n", "positive"),
        ("“negative”", "negative"),
        ("Label: negative", "negative"),
        ("**Answer:** `not sure`", "not sure"),
        ("very positive!", "Very Positive"),
        ("Positive, as she is glad.", "positive"),
        ("Positive\n\nThe writer is glad.", "positive"),
        ("Negative - he complains", "negative"),
        ('{"sentiment": "negative"}', "negative"),
        ('```json\n{"label": "Positive"}\n```', "positive"),
        ('"positive"', "positive"),
        ("", None),
        ("positive or negative?", None),
        ("positively", None),
        ("positive-ish", None),
        ("It is not positive.", None),
        ("I am sorry, but I cannot help with that: negative", None),
        ('{"a": "positive", "b": "negative"}', None),
        ("[1, 2]", None),
        ("{" * 100_000, None),
    ],
)
def test_a_reply_is_an_answer_only_where_that_can_be_told(reply, answer):
    assert answer_in(reply, ANSWERS) == answer
