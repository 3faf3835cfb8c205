"""What the first bytes of a photo say: its kind, its size, which way is up, and whether it moves."""

import re
import struct
from dataclasses import replace

from tendu.sources.upright import Turn

# First bytes of each kind, as in the IANA media type registrations and the formats' own specifications.
_SIGNATURES = (
    (rb"\xff\xd8\xff", "jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "png"),
    (rb"RIFF....WEBP", "webp"),
    (rb"GIF8[79]a", "gif"),
    (rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+", "tiff"),
    (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", "bmp"),
    (rb"P[1-6][\s#]", "pnm"),
    (rb"....ftyp(?:.{4})*?(?:avif|avis)", "avif"),
    (rb"....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1)", "heic"),
    (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "jp2"),
)
_EXIF_ORIENTATION = 0x0112


def kind(data: bytes) -> str | None:
    """The kind of photo these bytes start: "jpeg", "png", "webp", ...; None for anything else.

    >>> kind(b"GIF89a..."), kind(b"To be, or not to be")
    ('gif', None)
    """
    return next((name for start, name in _SIGNATURES if re.match(start, data[:64], re.DOTALL)), None)


def is_animated(data: bytes) -> bool:
    """Whether a GIF or WebP holds more than one picture."""
    match kind(data):
        case "gif":
            # A graphic control extension and then an image: a picture of an animation (GIF89a, sections 20 and 23).
            return len(re.findall(rb"\x21\xf9\x04.{4}\x00\x2c", data, re.DOTALL)) > 1
        case "webp":
            return sum(name == b"ANMF" for name, _ in _riff_chunks(data)) > 1
        case _:
            return False


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """The stored (width, height) of a JPEG; None where its header does not say."""
    for marker, segment in _jpeg_segments(data):
        # Start of frame: C0 to CF without C4, C8 and CC (ITU-T T.81, table B.1).
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC} and len(segment) >= 5:
            height, width = struct.unpack(">HH", segment[1:5])
            return (width, height) if width and height else None
    return None


def turn(data: bytes) -> Turn:
    """How the stored picture is turned to stand upright: by the EXIF block of a JPEG, PNG or WebP, an AVIF's own boxes."""
    blocks: list[bytes] = []
    match kind(data):
        case "avif":
            return _turn_of_boxes(data)
        case "jpeg":
            blocks = [part for marker, part in _jpeg_segments(data) if marker == 0xE1 and part[:4] == b"Exif"]
        case "png":
            blocks = [part for name, part in _png_chunks(data) if name == b"eXIf"]
        case "webp":
            blocks = [part for name, part in _riff_chunks(data) if name == b"EXIF"]
        case _:
            pass
    return Turn.from_exif(_orientation(blocks[0].removeprefix(b"Exif\x00\x00"))) if blocks else Turn()


def _turn_of_boxes(data: bytes) -> Turn:
    """By the first `irot`, quarters of a turn to the left, and then `imir` (ISO/IEC 23008-12, 6.5.10 and 6.5.12)."""
    found = dict(
        reversed(re.findall(rb"\x00\x00\x00\x09(irot|imir)(.)", data.partition(b"mdat")[0], re.DOTALL))
    )
    turned = Turn.from_exif((1, 8, 3, 6)[found.get(b"irot", b"\0")[0] & 3])
    mirror = found.get(b"imir")
    if mirror is None:
        return turned
    if mirror[0] & 1:
        return replace(turned, flip_x=not turned.flip_x)
    return replace(turned, flip_y=not turned.flip_y)


def _orientation(tiff: bytes) -> int:
    """The orientation in an EXIF block, 1 where it has none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order:
            (start,) = struct.unpack_from(order + "I", tiff, 4)
            (count,) = struct.unpack_from(order + "H", tiff, start)
            for entry in range(start + 2, start + 2 + 12 * count, 12):
                tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
                if tag == _EXIF_ORIENTATION:
                    return value
    except struct.error:  # the block ends before what it promises
        pass
    return 1


def _jpeg_segments(data: bytes) -> list[tuple[int, bytes]]:
    """(marker, content) of the segments before the first scan."""
    segments: list[tuple[int, bytes]] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segments.append((marker, data[at + 4 : at + 2 + length]))
        if marker == 0xDA or length < 2:
            break
        at += 2 + length
    return segments


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) of a PNG's chunks."""
    chunks: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def _riff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(name, content) of a WebP's chunks; an odd length is followed by a fill byte."""
    chunks: list[tuple[bytes, bytes]] = []
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return chunks
