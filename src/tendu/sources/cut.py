"""Cut: which frames of a film are wanted."""

from dataclasses import dataclass
from math import inf

from tendu.errors import DataError


@dataclass(frozen=True)
class Cut:
    """The part of a film from `start` to before `end`, and every how manieth of its frames.

    Attributes:
        every: 1 or more; 2 gives the first frame of the part, the third, and so on.
        start: seconds from the film's start, 0 or more.
        end: seconds from the film's start, after `start`.

    Raises:
        DataError: a number is out of its range.

    >>> Cut(every=2, start=1.0)
    Cut(every=2, start=1.0, end=inf)
    """

    every: int = 1
    start: float = 0.0
    end: float = inf

    def __post_init__(self) -> None:
        for name, value in (("start", self.start), ("end", self.end)):
            if not isinstance(value, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]  "0:01" is what --start takes
                raise DataError(f"{name} is in seconds, a number, not {value!r}.")
        if self.every < 1:
            raise DataError(f"every counts frames, 1 or more, not {self.every}.")
        if not 0 <= self.start < self.end:
            raise DataError(
                f"A cut starts at 0 s or later and ends after its start; got {self.start:g} s to {self.end:g} s."
            )

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole length of the film."""
        return self.start == 0 and self.end == inf

    def count(self, frames: int) -> int:
        """How many of so many frames in the part are given."""
        return -(-frames // self.every)
