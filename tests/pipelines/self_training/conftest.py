import pytest


@pytest.fixture
def rounds_of(make_round):
    """Make rounds that were judged so, with further parts of the ledger given."""

    def make(judged, **parts):
        error = {} if judged[0] is None else {"judged_error": 0.05}
        return [make_round(round=i, judged=value, **error, **parts) for i, value in enumerate(judged)]

    return make
