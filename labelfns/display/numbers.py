"""Numbers as people read them, written one way everywhere: console, report, notebooks, messages."""


def percent(share: float, digits: int = 1) -> str:
    """Return a share in [0, 1] in percent; what there is a little of is not none.

    Parameters
    ----------
    share
        The share.
    digits
        How many digits stand after the point.

    Examples
    --------
    >>> percent(0.1234), percent(0.41), percent(0.0), percent(0.0004), percent(0.9999)
    ('12.3%', '41.0%', '0%', '<0.1%', '>99.9%')
    >>> percent(0.1234, 0), percent(0.999, 0)
    ('12%', '>99%')
    >>> percent(0.005, 0), percent(0.995, 0)
    ('<1%', '>99%')
    >>> percent(sum([0.1] * 10))
    '100%'
    """
    share = round(share, 12)  # a sum of weights may miss 1 by a hair
    if share in (0, 1):
        return f"{share:.0%}"
    least = 10.0**-digits / 100
    if share <= least / 2:  # half a step would be rounded to the even digit, which is 0
        return f"<{least:.{digits}%}"
    return f">{1 - least:.{digits}%}" if share >= 1 - least / 2 else f"{share:.{digits}%}"


def cell_percent(share: float) -> str:
    """Return a share in [0, 1] in whole percent without the sign, for the cell of a table; nothing of 0 and of NaN.

    Examples
    --------
    >>> [cell_percent(share) for share in (0.0, 0.004, 0.0052, 0.5, 0.999, 1.0)]
    ['', '<1', '1', '50', '>99', '100']
    """
    return percent(share, 0).rstrip("%") if share > 0 else ""
