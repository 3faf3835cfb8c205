"""Fetching: a model's file from the first address that gives it whole and right, or how to place it by hand."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from tendu.cache import cache_folder
from tendu.errors import ModelError
from tendu.models.card import ModelCard
from tendu.models.checksum import compare, expected, record, verify
from tendu.models.soundness import check_tflite
from tendu.whole_file import whole_file

Progress = Callable[[int, int | None], None]
"""Called with the bytes that have come and the bytes that will come, None where the server does not say."""


def cache() -> Path:
    """The folder that fetched models are kept in."""
    return cache_folder() / "models"


def fetch(
    card: ModelCard,
    *,
    folder: Path | None = None,
    timeout: float = 30.0,
    progress: Progress | None = None,
    addresses: tuple[str, ...] | None = None,
) -> Path:
    """The model's file, loaded from the first address that gives it whole and right.

    The file appears under its name only when it is complete. Where the catalog knows no sha256, that of the first
    fetch is kept beside the file as `<file>.sha256` and holds from then on.

    Args:
        card: the model.
        folder: where the file goes; the user's cache when None. A file that is there already is checked and kept.
        timeout: seconds of silence after which an address is given up.
        progress: told how far it is.
        addresses: instead of the card's.

    Raises:
        ModelError: no address gives it, TENDU_OFFLINE forbids the network, the file there is damaged, or the folder
            cannot be written.
    """
    path = (folder or cache()) / card.file
    if path.exists():
        verify(card, path)
        return path
    if os.environ.get("TENDU_OFFLINE", "0") not in {"", "0"}:
        raise ModelError(f"{card.name} is not here and TENDU_OFFLINE forbids the network. {by_hand(card)}")

    from requests import RequestException

    reasons: list[str] = []
    for address in card.addresses if addresses is None else addresses:
        host = urlsplit(address).netloc
        try:
            _load(card, address, path, timeout=timeout, progress=progress)
        except RequestException as error:
            reasons.append(f"{host} {_reason(error, timeout)}")
        except ModelError as error:
            reasons.append(f"what {host} gives is wrong ({str(error).partition('. ')[0]})")
        except OSError as error:
            raise ModelError(f"Cannot write {path}: {error.strerror or error}.") from error
        else:
            return path
    raise ModelError(f"Cannot fetch {card.name}: {'; '.join(reasons)}. {by_hand(card)}")


def by_hand(card: ModelCard) -> str:
    """How to place a model's file without tendu's help."""
    if not card.addresses:
        return "It is a part of tendu: install tendu again."
    return (
        f"To place it by hand, load {card.addresses[0]}, name it {card.file} and put it into {cache()} "
        "or into a folder that TENDU_MODELS names."
    )


def _load(card: ModelCard, address: str, path: Path, *, timeout: float, progress: Progress | None) -> None:
    """One address into one file, which appears only if it is right."""
    import pooch

    bar = cast("Any", _Bar(progress))  # pooch declares a bool and documents an object
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 16, timeout=timeout)(
            address, str(temporary), None
        )
        check_tflite(temporary.read_bytes())
        found = compare(card, path, temporary)
        if expected(card, path) is None:
            record(path).write_text(f"{found}  {path.name}\n", encoding="utf-8")


class _Bar:
    """What pooch asks of a progress bar, told on as two numbers."""

    total = 0

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.done = 0

    def update(self, count: int) -> None:
        """Adds bytes; pooch counts whole chunks, so the last one may be too long."""
        self.done += count
        if self.progress:
            self.progress(min(self.done, self.total or self.done), self.total or None)

    def reset(self) -> None:
        """Begins again: pooch adds the total next."""
        self.done = 0

    def close(self) -> None:
        """Nothing is held."""


def _reason(error: Exception, timeout: float) -> str:
    """Why an address did not give its file."""
    from requests import exceptions
    from urllib3.exceptions import ReadTimeoutError

    match error:
        case exceptions.HTTPError() if error.response is not None:
            return f"answers {error.response.status_code}"
        case exceptions.Timeout() | exceptions.ConnectionError(args=(ReadTimeoutError(), *_)):
            return f"is silent for {timeout:g} s"
        case exceptions.ChunkedEncodingError():
            return "breaks off"
        case exceptions.ConnectionError():
            return "cannot be reached"
        case _:
            return f"fails ({error})"
