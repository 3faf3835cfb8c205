"""Clock: a film's times made strictly increasing."""


class Clock:
    """Times as a film gives them, repaired where they cannot be.

    - A time after the one before is kept: a variable frame rate stays true.
    - A missing time is one step after the one before.
    - A time that repeats, or goes back by less than a step, is put half a step after the one before.
    - A time that goes back further means that the film's clock was set anew: that picture comes one step after the
      one before, and all later times are moved by the same amount.

    Args:
        step: seconds from frame to frame at the film's usual rate.

    >>> clock = Clock(step=1.0)
    >>> [clock.tick(time) for time in (0.0, 1.0, 1.0, 2.0, None, 0.0, 1.5)]
    [0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5]
    """

    def __init__(self, *, step: float) -> None:
        self._step = step
        self._last: float | None = None
        self._moved = 0.0

    def tick(self, time: float | None) -> float:
        """The repaired time of the next frame, in seconds; the first is not below 0."""
        last = self._last
        if last is None:
            now = max(time or 0.0, 0.0)
        elif time is None:
            now = last + self._step
        elif (now := time + self._moved) <= last - self._step:
            self._moved += last + self._step - now
            now = last + self._step
        elif now <= last:
            now = last + self._step / 2
        self._last = now
        return now
