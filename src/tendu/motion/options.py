"""What an option may be, said in one way."""

from tendu.errors import DataError


def demand(name: str, value: object, meaning: str, *, holds: bool) -> None:
    """Nothing, or the sentence that says what the option is and what came.

    Raises:
        DataError: it does not hold.

    >>> demand("max_age", -1.0, "seconds above 0", holds=False)
    Traceback (most recent call last):
    tendu.errors.DataError: max_age is seconds above 0, not -1.0.
    """
    if not holds:
        raise DataError(f"{name} is {meaning}, not {value!r}.")
