import pytest

from labelfns import LFSet, expectations, prompt
from labelfns.engine.fingerprint import fingerprint
from labelfns.errors import LabelFnsWarning, LFError
from labelfns.lfs.as_toml import is_data

LABELS = ["no", "yes"]
TEXTS = [f"text {i}" for i in range(50)]


class Client:
    """Answers yes, no, and what is neither in turn; notes what it was asked, and fails where it is told to."""

    def __init__(self, fails=()):
        self.asked, self.fails = [], set(fails)

    def __call__(self, prompts):
        for one in prompts:
            number = int(one.rpartition(" ")[2])
            if number in self.fails:
                yield ConnectionError(f"no answer to {number}")
                continue
            self.asked.append(number)
            yield ("Yes.", "no", "I would rather not say yes")[number % 3]


def make(client, folder, **settings):
    given = {"answers": {"yes": "yes", "No": "no"}, "model": "a client", "cache": folder, "batch_size": 4}
    return prompt("Is it? {text}", ask=client, **{**given, **settings})


def votes(lf, texts=TEXTS):
    return LFSet(LABELS, [lf]).apply(texts)


def expected(texts=TEXTS):
    return [(1, 0, -1)[int(text.split()[1]) % 3] for text in texts]


def test_no_text_is_asked_about_twice(tmp_path):
    client = Client()
    lf = make(client, tmp_path, price=0.001)
    texts = [*TEXTS, *TEXTS[:7]]
    assert votes(lf, texts).matrix[:, 0].tolist() == expected(texts)
    assert votes(make(client, tmp_path, price=9), texts).matrix[:, 0].tolist() == expected(texts)
    assert sorted(client.asked) == list(range(50))
    assert str(lf.spending) == "50 replies so far, which cost 0.05"
    assert "50 replies so far" in lf.about


def test_replies_that_are_kept_are_read_by_other_answers(tmp_path):
    client = Client()
    votes(make(client, tmp_path))
    turned = make(client, tmp_path, answers={"yes": "no", "no": None})
    assert votes(turned).matrix[:, 0].tolist() == [(0, -1, -1)[i % 3] for i in range(50)]
    assert len(client.asked) == 50
    votes(make(client, tmp_path, model="another client"))
    assert len(client.asked) == 100


def test_what_fails_is_a_fault_and_is_asked_again(tmp_path):
    client = Client(fails={3, 20})
    with pytest.warns(LabelFnsWarning, match="no answer to 3 on rows 3 and 20"):
        first = votes(make(client, tmp_path))
    assert [row for row in range(50) if first.matrix[row, 0] != expected()[row]] == [3]
    client.fails.clear()
    assert votes(make(client, tmp_path)).matrix[:, 0].tolist() == expected()
    assert len(client.asked) == 50
    with pytest.raises(LFError, match="no answer to 51 on row 0"):
        LFSet(LABELS, [make(Client(fails={51}), tmp_path)]).apply(["text 51"], on_error="raise")


def test_a_client_that_is_gone_is_left_alone_and_kept_replies_vote(tmp_path):
    client = Client()
    votes(make(client, tmp_path), TEXTS[40:])
    client.fails = set(range(50))
    calls = []

    def gone(prompts):
        calls.append(prompts)
        raise ConnectionError("refused")

    with pytest.warns(LabelFnsWarning, match="not asked any more after 20 errors in a row"):
        found = votes(make(gone, tmp_path))
    assert len(calls) == 5
    assert found.matrix[:, 0].tolist() == [-1] * 40 + expected()[40:]
    assert found.faults[0].rows == tuple(range(40))


def test_what_came_before_a_client_raised_is_kept(tmp_path):
    def two_then_gone(prompts):
        yield "yes"
        yield ("no", 0.5)
        raise TimeoutError

    lf = make(two_then_gone, tmp_path)
    with pytest.warns(LabelFnsWarning, match="TimeoutError"):
        assert votes(lf, TEXTS[:4]).matrix[:, 0].tolist() == [1, 0, -1, -1]
    assert (lf.spending.replies, lf.spending.cost) == (2, 0.5)


def test_replies_of_a_run_that_is_interrupted_are_kept(tmp_path):
    def interrupted(prompts):
        for one in Client()(prompts):
            if prompts[0].endswith(" 8"):
                raise KeyboardInterrupt
            yield one

    with pytest.raises(KeyboardInterrupt):
        votes(make(interrupted, tmp_path))
    client = Client()
    assert votes(make(client, tmp_path)).matrix[:, 0].tolist() == expected()
    assert sorted(client.asked) == list(range(8, 50))


def test_the_budget_in_rows_and_in_money_is_of_all_runs(tmp_path):
    client = Client()
    with pytest.warns(LabelFnsWarning, match=r"budget is used up \(max_rows = 10; 10 replies so far"):
        found = votes(make(client, tmp_path, max_rows=10))
    assert found.matrix[:, 0].tolist() == expected()[:10] + [-1] * 40
    with pytest.warns(LabelFnsWarning, match=r"max_cost = 0\.05"):
        votes(make(client, tmp_path, max_cost=0.05, price=lambda text: 0.01 * text.startswith("Is it?")))
    assert sorted(client.asked) == list(range(15))
    with pytest.warns(LabelFnsWarning, match="budget"):
        votes(make(client, tmp_path, max_cost=0.05, price=0.01, batch_size=50))
    assert len(client.asked) == 15
    assert make(client, tmp_path).spending.cost == pytest.approx(0.05)


def test_a_dry_run_asks_nothing(tmp_path):
    client = Client()
    votes(make(client, tmp_path, price=0.01), TEXTS[:5])
    dry = make(client, tmp_path, price=0.01, max_rows=20).dry_run([*TEXTS, *TEXTS[:5], TEXTS[-1]])
    assert (dry.texts, dry.kept, dry.to_ask, dry.over_budget) == (56, 10, 15, 30)
    assert dry.cost == pytest.approx(0.15)
    assert str(dry).splitlines() == [
        "56 texts: 10 replies are kept, 15 prompts would be sent for about 0.15",
        "5 replies so far, which cost 0.05",
        "30 texts would not be asked about: the budget ends before",
        "the first prompt:",
        "Is it? text 5",
    ]
    assert len(client.asked) == 5


def test_other_columns_and_expectations_go_by_the_kept_replies(tmp_path):
    client = Client()
    lf = make(client, tmp_path, expects={"text 3": "yes", "text 4": "yes"})
    failures = [case.failure() for case in expectations(LFSet(LABELS, [lf]))]
    assert failures[0] == ""
    assert "got       no" in failures[1]
    assert fingerprint(lf) == fingerprint(make(None or client, tmp_path / "elsewhere", price=1))
    assert fingerprint(lf) != fingerprint(make(client, tmp_path, model="other"))
    assert not is_data(lf)


@pytest.mark.parametrize("reply", [3, ("yes", -1), ("yes", "1"), ("yes", 1, 2)])
def test_what_is_no_reply_is_named(tmp_path, reply):
    with pytest.raises(LFError, match="ask must give a text"):
        votes(make(lambda prompts: [reply] * len(prompts), tmp_path))


@pytest.mark.parametrize("change", [-1, 1])
def test_too_few_and_too_many_replies_are_counted(tmp_path, change):
    lf = make(lambda prompts: ["yes"] * (len(prompts) + change), tmp_path)
    with pytest.raises(LFError, match=f"gave {4 + change} replies to 4 prompts"):
        votes(lf)
    assert lf.spending.replies == min(4 + change, 4)


def test_no_text_at_all_is_an_abstain(tmp_path):
    assert votes(make(lambda prompts: [None] * len(prompts), tmp_path)).matrix.max() == -1


def test_all_settings_that_are_not_right_are_named_at_once(tmp_path):
    with pytest.raises(LFError) as caught:
        prompt("Is it?", answers={"yes": 1.5, " YES. ": None, "": "no"}, ask="me", model="", max_cost=1, max_rows=-1)
    said = str(caught.value)
    parts = (
        "{text} must stand",
        "label must be",
        "'yes' is there twice",
        "an answer must be",
        "ask must",
        "model must",
    )
    for part in (*parts, "max_cost needs price", "max_rows must"):
        assert part in said
    with pytest.raises(LFError, match="answers is a mapping"):
        make(Client(), tmp_path, answers=["yes"])
    with pytest.raises(LFError, match="price must give"):
        votes(make(Client(), tmp_path, price=lambda text: None))
