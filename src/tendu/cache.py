"""The user's cache folder: what tendu can make again, each file behind its own checksum."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import platformdirs

from tendu.whole_file import whole_file

_CHECKSUM = 32  # bytes of a SHA-256


def cache_folder() -> Path:
    """Where tendu keeps what it has fetched, made or measured."""
    return platformdirs.user_cache_path("tendu")


def store(path: Path, content: bytes) -> None:
    """Keeps bytes; where they cannot be written, nothing is kept, which only costs the time to make them again."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            temporary.write_bytes(sha256(content).digest() + content)


def stored(path: Path) -> bytes | None:
    """What `store` wrote; None where there is nothing, or something else than was written."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    content = found[_CHECKSUM:]
    return content if sha256(content).digest() == found[:_CHECKSUM] else None
