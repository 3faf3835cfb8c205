"""FFmpeg through PyAV: a film or stream opened, its decoded frames as pixels, its errors as sentences.

PyAV's values enter here as Any and leave as ours.
"""

import errno
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tendu.cores import cores
from tendu.errors import SourceError
from tendu.pixels import Pixels, RgbPixels
from tendu.sources.decoding import on_black
from tendu.sources.planes import YuvPixels, rgb_matrix
from tendu.sources.upright import Turn

# Where a film says nothing about its rate: FFmpeg's own assumption for bare streams (libavformat/rawdec.c).
_USUAL_RATE = 25.0
_JPEG_RANGE = 2  # AVCOL_RANGE_JPEG, libavutil/pixfmt.h
# A pixel's width over its height that a film may state, or one over it; what lies beyond is a broken header.
_NARROWEST = 0.2
# Pixels of a large picture: more than 1080p, whose rows are coded as 1088.
_LARGE = 1920 * 1088


def open_container(target: Path | bytes | str, name: str, *, timeout: float = 10.0) -> Any:
    """FFmpeg's container of a file, of a file's bytes or of an address; close it after use.

    Args:
        target: what to open.
        name: what it is called in errors.
        timeout: seconds that an address may take to answer, at opening and at every read.

    Raises:
        SourceError: it cannot be opened, or it is no film.
    """
    import av
    import av.error

    match target:
        case Path():
            # "file:" keeps FFmpeg from taking a colon in the name for a protocol.
            source: Any = f"file:{target.absolute()}"
        case bytes():
            source = io.BytesIO(target)
        case str():
            source = target
    options = {"rtsp_transport": "tcp"} if str(target).startswith("rtsp") else {}
    try:
        container = av.open(
            source,
            metadata_errors="ignore",
            options=options,
            timeout=timeout if isinstance(target, str) else None,
        )
    except av.error.FFmpegError as error:
        raise unreadable(name, error) from error
    form = container.format.name
    if form in {"tty", "image2"} or form.endswith("_pipe"):
        container.close()
        if form == "image2" and isinstance(target, Path):
            # FFmpeg goes by the name of a file called .jpg and the like; its bytes have no name.
            return open_container(target.read_bytes(), name)
        if form == "tty":  # FFmpeg plays any .txt as a film of letters
            raise SourceError(f"Cannot read {name}: it is text, neither a photo nor a film.")
        place = "from an address; save it to a file first" if isinstance(target, str) else "of this kind"
        raise SourceError(f"Cannot read {name}: tendu reads no photo {place}.")
    return container


def picture_stream(container: Any, name: str) -> Any:
    """The container's film; a cover picture beside music is none.

    Raises:
        SourceError: it has none.
    """
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = _threads(stream.width * stream.height)
            return stream
    kinds = ", ".join(sorted({stream.type for stream in container.streams}))
    raise SourceError(f"Cannot read {name}: it has no pictures{f', only {kinds}' if kinds else ''}.")


def order_is_lost(container: Any, stream: Any) -> bool:
    """Whether pictures' own times are wrong: .avi has none, and FFmpeg's guesses do not know how H.264 and H.265 reorder.

    The times of packets, which rise, stand for them, and nothing can be sought by them.
    """
    return container.format.name == "avi" and stream.codec_context.name in {"h264", "hevc"}


def _threads(pixels: int) -> int:
    """Threads for decoding pictures of so many pixels: half the cores, all for large pictures.

    The model needs the others: with two decoding threads on two cores each keeps the other waiting
    (benchmarks/NOTES.md). Large pictures take longer to decode than the model takes.
    """
    return cores() if pixels > _LARGE else max(1, cores() // 2)


def rate_of(stream: Any) -> float:
    """Frames a second, on average; 25 where the film does not say."""
    return float(stream.average_rate or stream.guessed_rate or _USUAL_RATE)


def pixels_of(frame: Any, *, wide: Fraction | int | None = 1) -> Pixels:
    """A decoded frame as pixels that stay valid when the decoder moves on, and that are square.

    8-bit 4:2:0 planes are shared with the decoder, not copied; other YUV formats become that; RGB, grey, palettes and
    transparency become RGB.
    """
    from av.sidedata.sidedata import SideDataContainer

    # Not frame.side_data: that makes the frame refer to itself, and its memory wait for the garbage collector.
    matrix = SideDataContainer(frame).get("DISPLAYMATRIX")  # pyright: ignore[reportCallIssue]  PyAV's stub lacks it
    turn = Turn() if matrix is None else Turn.from_display_matrix(bytes(matrix))
    stated, wide = frame, wide or 1
    if wide != 1 and _NARROWEST <= wide <= 1 / _NARROWEST:
        # DVDs and DV store 720 columns for any shape; what is made larger loses nothing.
        frame = frame.reformat(
            width=round(frame.width * max(wide, 1) / 2) * 2, height=round(frame.height / min(wide, 1) / 2) * 2
        )
    form = frame.format
    if any(part.is_alpha for part in form.components) or form.has_palette:
        return RgbPixels(turn.upright(on_black(frame.to_ndarray(format="rgba"))))
    if form.is_rgb or len(form.components) < 3:
        return RgbPixels(turn.upright(frame.to_ndarray(format="rgb24")))
    full_range = stated.color_range == _JPEG_RANGE or form.name.startswith("yuvj")
    to_rgb = rgb_matrix(int(stated.colorspace), full_range=full_range, height=stated.height)
    if form.name not in {"yuv420p", "yuvj420p"}:
        frame = frame.reformat(format="yuvj420p" if full_range else "yuv420p")
    # A plane's rows are padded; the view leaves the padding out.
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return YuvPixels(y, u, v, to_rgb, 0 if full_range else 16, turn)


def unreadable(name: str, error: Exception) -> SourceError:
    """The error for a film or stream that FFmpeg refuses."""
    return SourceError(f"Cannot read {name}: {reason(error)}.")


def reason(error: Exception) -> str:
    """Why FFmpeg refuses, in words."""
    import av.error

    words: list[tuple[type[Exception] | tuple[type[Exception], ...], str]] = [
        (FileNotFoundError, "there is no such file"),
        (PermissionError, "permission is denied"),
        (ConnectionRefusedError, "the connection is refused: nothing listens there"),
        ((av.error.ExitError, TimeoutError), "nothing came within the time-out"),
        (
            av.error.InvalidDataError,
            "it is neither a photo nor a film that tendu knows, or it is damaged or cut short",
        ),
        (av.error.EOFError, "it holds no frames"),
    ]
    if getattr(error, "errno", None) == errno.EIO:  # a host whose name is not known, too
        return "it cannot be reached or read: check the address, the network or the disk"
    said = (sentence for kinds, sentence in words if isinstance(error, kinds))
    return next(said, getattr(error, "strerror", None) or str(error))
