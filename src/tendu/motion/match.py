"""Who is who: a table of similarities in, pairs out.

Rows are the poses of this frame, columns the people remembered. Both rules give, for each row, the column it belongs
to, or -1 for somebody new.
"""

import numpy as np
from jaxtyping import Float, Int64


def in_order(similarity: Float[np.ndarray, "n m"], *, least: float) -> Int64[np.ndarray, "n"]:
    """Each pose in turn takes the most similar person left, as TFJS does (pose-detection/src/calculators/tracker.ts).

    Args:
        similarity: of n poses, the most confident first, with m people.
        least: pairs below it are never made.

    >>> in_order(np.array([[0.6, 0.5], [0.9, 0.0]]), least=0.2)
    array([ 0, -1])
    """
    chosen = np.full(len(similarity), -1, np.int64)
    left = np.where(similarity >= least, similarity, -1.0)
    for row in range(len(left)):
        if left.shape[1] and left[row].max() >= 0:
            chosen[row] = left[row].argmax()
            left[:, chosen[row]] = -1
    return chosen


def together(similarity: Float[np.ndarray, "n m"], *, least: float) -> Int64[np.ndarray, "n"]:
    """The pairs whose similarities add up to the most, so that nobody's first choice leaves another with nobody.

    The Hungarian method by shortest augmenting paths (Jonker and Volgenant 1987): n times at most n steps over the
    columns.

    Args:
        similarity: of n poses with m people, 0 to 1.
        least: pairs below it are never made.

    >>> together(np.array([[0.6, 0.5], [0.9, 0.0]]), least=0.2)
    array([1, 0])
    """
    n, m = similarity.shape
    if n == 1:
        return in_order(similarity, least=least)  # the same: nobody else chooses
    # Behind the people stand n empty columns: being somebody new costs nothing and gains nothing.
    cost = np.hstack([-np.where(similarity >= least, similarity, 0.0), np.zeros((n, n))])
    row_price, price, owner = np.zeros(n), np.zeros(m + n), np.full(m + n, -1)
    for row in range(n):
        distance, came = np.full(m + n, np.inf), np.full(m + n, -1)
        reached = np.zeros(m + n, bool)
        here, column, walked = row, -1, 0.0
        while here >= 0:
            step = walked + cost[here] - row_price[here] - price
            closer = ~reached & (step < distance)
            distance[closer], came[closer] = step[closer], column
            column = int(np.where(reached, np.inf, distance).argmin())
            walked, here = distance[column], int(owner[column])
            reached[column] = here >= 0
        row_price[row] += walked
        row_price[owner[reached]] += walked - distance[reached]
        price[reached] -= walked - distance[reached]
        while column >= 0:
            before = int(came[column])
            owner[column] = owner[before] if before >= 0 else row
            column = before
    chosen = np.full(n, -1, np.int64)
    for column in np.flatnonzero(owner[:m] >= 0):
        if similarity[owner[column], column] >= least:
            chosen[owner[column]] = column
    return chosen
