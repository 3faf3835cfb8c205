"""Optional libraries: imported where they are used, with one sentence on how to get a missing one."""

import importlib
from types import ModuleType

from tendu.errors import MissingExtraError


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """The imported module, or how to install it.

    Args:
        module: the module's import name, for instance "pyarrow.parquet".
        extra: the extra of tendu that brings it.
        purpose: what it is needed for; the start of the error's sentence.

    Raises:
        MissingExtraError: the module is not installed.

    >>> require("json", extra="all", purpose="Reading JSON").__name__
    'json'
    >>> require("no_such_module", extra="parquet", purpose="Writing .parquet")
    Traceback (most recent call last):
    tendu.errors.MissingExtraError: Writing .parquet needs no_such_module. Run: pip install "tendu[parquet]"
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(f'{purpose} needs {package}. Run: pip install "tendu[{extra}]"') from error
