from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from labelfns.text.spans import marked, merge, outer, outside, replace

spans = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)).map(lambda pair: (pair[0], sum(pair))), max_size=8)
TEXT = "".join(map(chr, range(97, 97 + 26)))


def covered(these):
    return {at for start, end in these for at in range(start, end)}


@given(spans)
def test_merged_spans_cover_the_same_in_order_and_apart(these):
    merged = merge(these)
    assert covered(merged) == covered(these)
    assert all(a[1] <= b[0] for a, b in pairwise(merged))


@given(spans)
def test_outer_spans_lie_in_no_other(these):
    kept = outer(these)
    assert covered(kept) == covered(these)
    assert not any(a != b and a[0] <= b[0] and b[1] <= a[1] for a in kept for b in kept)


@given(spans, spans)
def test_spans_outside_holes_begin_in_none_or_hold_one(these, holes):
    holes = merge(holes)
    inside = covered(holes)
    held = [span for span in these if any(span[0] == start and span[1] >= end for start, end in holes)]
    assert outside(these, holes) == [span for span in these if span[0] not in inside or span in held]


@given(spans)
def test_what_is_rewritten_is_what_the_spans_hold(these):
    pieces = []
    assert replace(TEXT, merge(these), lambda piece: pieces.append(piece) or piece) == TEXT
    assert pieces == [TEXT[a:b] for a, b in merge(these)]
    assert marked(TEXT, sorted(these)).replace("[[", "").replace("]]", "") == TEXT
