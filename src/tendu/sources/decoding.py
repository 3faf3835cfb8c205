"""A photo's bytes made into pixels: any depth, colours and orientation as upright 8-bit RGB.

Colour profiles are not applied. A JPEG with damaged bytes inside, but its right end, decodes as well as libjpeg can.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import numpy as np
from jaxtyping import Shaped, UInt8

from tendu.errors import SourceError
from tendu.pixels import Pixels, RgbPixels, warp
from tendu.sources import photo_header
from tendu.window import Window

# The longer side that a photo keeps at least when it is decoded smaller, px: ten times MoveNet's input.
_ENOUGH = 1920
# The longer side of a JPEG's first, quick decoding, px, at least: enough for a look at a third of the picture.
_QUICK = 768


@dataclass(frozen=True, eq=False)
class ReducedPixels:
    """A large photo: decoded smaller for the model, its bytes kept for the full picture and for closer looks.

    libjpeg makes a smaller picture straight from the coefficients: 12 megapixels take 87 ms in full, 24 ms at a
    quarter of the sides. So a JPEG is first decoded quickly, and finer when a look asks for more than that shows.

    Attributes:
        levels: the picture with every `divisor` × `divisor` pixels as one, RGB, upright, by divisor (1, 2, 4 or 8);
            finer ones come in when they are asked for.
        finest: the smallest divisor that a look may ask for.
        width, height: the upright picture's full size, px.
        data: the photo's file.
        name: what the photo is called in errors.
    """

    levels: dict[int, UInt8[np.ndarray, "h w 3"]]
    finest: int
    width: int
    height: int
    data: bytes
    name: str

    def rgb(self) -> UInt8[np.ndarray, "full_h full_w 3"]:
        """The whole picture in full size, decoded again at each call."""
        return _upright_rgb(self.data, self.name)

    def sample(self, window: Window, width: int, height: int) -> UInt8[np.ndarray, "height width 3"]:
        """A window of the picture, in full-size pixels, as `height` × `width` RGB, black outside the picture."""
        step = min(window.width / width, window.height / height)
        wanted = max((d for d in (8, 4, 2) if self.finest <= d <= step), default=self.finest)
        if min(self.levels) > wanted:
            self.levels[wanted] = _upright_rgb(self.data, self.name, divisor=wanted)
        divisor = max(d for d in self.levels if d <= wanted)
        return warp(self.levels[divisor], window.affine(width, height, scale=1 / divisor), width, height)


def decode_photo(data: bytes, name: str) -> Pixels:
    """The picture in a photo's bytes, upright; of an animation, its first picture.

    Photos whose longer side is 3840 px or more are decoded smaller, by 2, 4 or 8, to no less than 1920 px; JPEGs
    of 1536 px or more at first to no less than 768 px.

    Args:
        data: a JPEG (also CMYK), PNG, BMP, WebP, TIFF, GIF, AVIF, PNM or JPEG 2000 file. Sixteen bits become eight;
            what is transparent is black, like everything outside a picture.
        name: what the photo is called in errors.

    Raises:
        SourceError: there are no bytes, they are no photo, or they are cut short.
    """
    import cv2

    if not data:
        raise SourceError(f"Cannot read {name}: it is empty (0 bytes).")
    size = photo_header.jpeg_size(data) if photo_header.kind(data) == "jpeg" else None
    divisor = _divisor(max(size), _QUICK) if size else 1
    if size and divisor > 1:
        small = _upright_rgb(data, name, divisor=divisor)
        width, height = photo_header.turn(data).size(*size)
        return ReducedPixels({divisor: small}, _divisor(max(size), _ENOUGH), width, height, data, name)
    picture = _upright_rgb(data, name)
    height, width = picture.shape[:2]
    divisor = _divisor(max(width, height), _ENOUGH)
    if divisor > 1:
        # Padded to whole blocks, so that a small pixel is exactly `divisor` pixels of the full picture.
        padded = cv2.copyMakeBorder(
            picture, 0, -height % divisor, 0, -width % divisor, borderType=cv2.BORDER_REPLICATE
        )
        shape = (padded.shape[1] // divisor, padded.shape[0] // divisor)
        small = cv2.resize(padded, shape, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        return ReducedPixels({divisor: small}, divisor, width, height, data, name)
    return RgbPixels(picture)


def on_black(rgba: UInt8[np.ndarray, "h w 4"]) -> UInt8[np.ndarray, "h w 3"]:
    """A transparent picture laid on black.

    >>> on_black(np.array([[[200, 100, 50, 0], [200, 100, 50, 255]]], np.uint8)).tolist()
    [[[0, 0, 0], [200, 100, 50]]]
    """
    alpha = rgba[..., 3:]
    if (alpha == 255).all():
        return np.ascontiguousarray(rgba[..., :3])
    return ((rgba[..., :3].astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)


class _Quiet:
    """Who needs OpenCV's silence now, and how loud it was before: its level is the whole process's."""

    lock = Lock()
    wanted = 0
    level = 0


@contextmanager
def quiet() -> Generator[None]:
    """OpenCV says nothing on stderr meanwhile, in whatever thread: what went wrong is in our error."""
    import cv2

    with _Quiet.lock:
        if _Quiet.wanted == 0:
            _Quiet.level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
        _Quiet.wanted += 1
    try:
        yield
    finally:
        with _Quiet.lock:
            _Quiet.wanted -= 1
            if _Quiet.wanted == 0:
                cv2.utils.logging.setLogLevel(_Quiet.level)


def _divisor(longer: int, least: int) -> int:
    """How many pixels may become one where the longer side is to keep `least` px."""
    return next((d for d in (8, 4, 2) if longer >= d * least), 1)


def _upright_rgb(data: bytes, name: str, *, divisor: int = 1) -> UInt8[np.ndarray, "h w 3"]:
    """The picture as OpenCV decodes it, made upright 8-bit RGB."""
    import cv2

    kind = photo_header.kind(data)
    flags = cv2.IMREAD_UNCHANGED
    if divisor > 1:
        reduced = {
            2: cv2.IMREAD_REDUCED_COLOR_2,
            4: cv2.IMREAD_REDUCED_COLOR_4,
            8: cv2.IMREAD_REDUCED_COLOR_8,
        }
        flags = reduced[divisor] | cv2.IMREAD_IGNORE_ORIENTATION
    elif kind == "tiff":
        # libtiff turns the picture and lays it on black by itself; alone in this, it does so for IMREAD_UNCHANGED too.
        flags = cv2.IMREAD_COLOR
    try:
        with quiet():
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise _unreadable(name, kind) from error
    if picture is None or picture.dtype not in {np.dtype(np.uint8), np.dtype(np.uint16)}:
        raise _unreadable(name, kind)
    return photo_header.turn(data).upright(_rgb(picture))


def _rgb(picture: Shaped[np.ndarray, "..."]) -> UInt8[np.ndarray, "h w 3"]:
    """What OpenCV decoded (grey, BGR or BGRA of 8 or 16 bits) as 8-bit RGB."""
    import cv2

    if picture.dtype == np.uint16:
        picture = cv2.convertScaleAbs(picture, alpha=1 / 257)
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    if channels == 4:
        return on_black(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA).astype(np.uint8, copy=False))
    code = cv2.COLOR_GRAY2RGB if channels == 1 else cv2.COLOR_BGR2RGB
    return cv2.cvtColor(picture, code).astype(np.uint8, copy=False)


def _unreadable(name: str, kind: str | None) -> SourceError:
    match kind:
        case None:
            return SourceError(
                f"Cannot read {name}: it is no photo that tendu knows. JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF, "
                "PNM and JPEG 2000 are."
            )
        case "heic":
            return SourceError(f"Cannot read {name}: it is a HEIC photo. Save it as JPEG first.")
        case "tiff":
            return SourceError(
                f"Cannot read {name}: this TIFF is damaged or cut short, or its numbers are not whole ones of 8 or 16 bits."
            )
        case _:
            return SourceError(f"Cannot read {name}: this {kind.upper()} is damaged or cut short.")
