import labelfns.analysis
import labelfns.cache
import labelfns.engine.cache
import labelfns.lf
from labelfns import Coverage, Votes, labeling_function


def test_what_the_changelog_named_is_still_there():
    votes = Votes([[0], [-1]], labels=["no", "yes"])
    assert labelfns.analysis.summary(votes, [0, 1]).equals(votes.summary([0, 1]))
    assert labelfns.analysis.Coverage is Coverage
    assert labelfns.cache.forget is labelfns.engine.cache.forget
    assert labelfns.lf.labeling_function is labeling_function
    assert all(hasattr(labelfns.lf, name) for name in labelfns.lf.__all__)
