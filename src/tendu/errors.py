"""Everything tendu raises on purpose.

    TenduError
    ├── DataError(ValueError)              a value that cannot be meant: a shape, a range, an option
    ├── SourceError(OSError)               a photo, film, camera or stream that cannot be read
    ├── SinkError(OSError)                 an output that cannot be written
    ├── ModelError                         a model file that cannot be used
    ├── UnknownModelError(LookupError)     a model name that is in no catalog
    └── MissingExtraError(ImportError)     an optional library that is not installed

Each message is one sentence or two: what was expected, what came, what to do. Catch `TenduError` for all of them.
"""


class TenduError(Exception):
    """The root of everything tendu raises on purpose."""


class DataError(TenduError, ValueError):
    """A value that cannot be meant: a wrong shape, range or option."""


class SourceError(TenduError, OSError):
    """A photo, film, camera or stream that cannot be read; the sentence names it and the reason."""


class SinkError(TenduError, OSError):
    """An output that cannot be written; the sentence names it and the reason."""


class ModelError(TenduError):
    """A model file that cannot be used: damaged, cut short, or not a pose model."""


class UnknownModelError(TenduError, LookupError):
    """A model name that no catalog knows."""


class MissingExtraError(TenduError, ImportError):
    """An optional library that is not installed; the sentence says how to install it."""
