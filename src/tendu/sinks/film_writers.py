"""Films as files: frames and their times in, H.264 in .mp4 or a .gif out, by PyAV. No threads, no names, no refusals."""

from collections import deque
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8

from tendu.errors import SinkError
from tendu.frame import Frame
from tendu.pixels import Filmed, Planes

if TYPE_CHECKING:
    import av
    import av.container

# MPEG's clock: whole ticks for 24, 25, 30, 50, 60 and 30000/1001 frames a second, and 11 µs for any other time.
_CLOCK = Fraction(1, 90_000)
# GIF counts hundredths of a second; browsers show a frame of 0 or 1 of them for ten.
_GIF_CLOCK, _GIF_SHORTEST = Fraction(1, 100), 2
# A second of 1768 × 994 px took 36 MB and 40 s.
_GIF_LONGER = 480
# x264's constant quality: 18 is taken for visually lossless, 23 is its default (trac.ffmpeg.org/wiki/Encode/H.264).
# No B-frames: MP4 counts a film's length in decoding order, so it would lose the last frames of an uneven film.
# No frames held back to plan the rate: 50 MB less at 1080p for a file 15 % larger.
_X264 = {"crf": "20", "preset": "veryfast", "bf": "0", "rc-lookahead": "0"}
# ISO/IEC 23091-2: colour primaries, transfer and matrix 1 are BT.709; FFmpeg's colour range 1 is the limited one.
_BT709, _LIMITED = 1, 1


class Mp4Writer:
    """H.264 in MP4, 4:2:0, BT.709 in limited range, its index in front so that it plays while it loads.

    A picture of odd width or height gets its last column or row twice, as 4:2:0 needs even sizes: so nothing is lost
    and every coordinate stays.

    Raises:
        SinkError: PyAV was built without libx264.
    """

    def __init__(self, path: Path, width: int, height: int) -> None:
        import av

        if "libx264" not in av.codecs_available:
            raise SinkError(
                f"Writing .mp4 needs PyAV with libx264, which PyAV {av.__version__} here lacks. "
                "Run: pip install --force-reinstall --only-binary av av"
            )
        self._extra = ((0, height % 2), (0, width % 2), (0, 0))
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        stream = self._container.add_stream("libx264", options=dict(_X264))
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = _CLOCK
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        self._track = Track(self._container, stream)

    def add(self, picture: Frame, time: float, duration: float) -> None:
        """Adds a picture that is shown from `time` on, s from the film's start, for `duration`."""
        pixels = picture.current
        planes = pixels.planes() if isinstance(pixels, Filmed) else None
        frame = self._from_rgb(picture.image) if planes is None else _from_planes(planes)
        frame.pts, frame.time_base = round(time / _CLOCK), _CLOCK
        self._track.lasts(round(duration / _CLOCK))
        self._track.encode(frame)

    def close(self) -> None:
        """Completes the file."""
        with self._container:
            self._track.encode(None)

    def _from_rgb(self, image: UInt8[np.ndarray, "h w 3"]) -> "av.VideoFrame":
        from av import VideoFrame

        if image.shape[0] % 2 or image.shape[1] % 2:
            image = np.pad(image, self._extra, mode="edge")
        return VideoFrame.from_ndarray(image, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=_BT709, dst_color_range=_LIMITED
        )


def _from_planes(planes: Planes) -> "av.VideoFrame":
    """Planes of BT.709 in limited range as a frame of the encoder's, whose rows may be padded."""
    from av import VideoFrame

    height, width = planes[0].shape
    frame: Any = VideoFrame(width, height, "yuv420p")  # PyAV's stub hides that planes are buffers
    for place, plane in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(place, np.uint8).reshape(-1, place.line_size)
        rows[: place.height, : place.width] = plane
    frame.colorspace, frame.color_range = _BT709, _LIMITED
    return frame


class GifWriter:
    """An animated GIF that repeats, 256 colours chosen for each frame: to look at, not to keep.

    Pictures are made smaller where their longer side has more than 480 px. Frames that come less than 0.02 s after the last are
    left out: browsers would show them for 0.1 s each.
    """

    def __init__(self, path: Path, width: int, height: int) -> None:
        import av
        from av.filter import Graph

        self._container = av.open(str(path), "w", format="gif")
        stream = self._container.add_stream("gif")
        scale = min(1.0, _GIF_LONGER / max(width, height))
        self._size = width, height = max(1, round(width * scale)), max(1, round(height * scale))
        stream.width, stream.height = width, height
        stream.pix_fmt = "pal8"
        stream.codec_context.time_base = _GIF_CLOCK
        self._track = Track(self._container, stream)
        self._last = -_GIF_SHORTEST
        self._graph = Graph()
        whole = self._graph.add_buffer(
            width=width, height=height, format=av.VideoFormat("rgb24"), time_base=_GIF_CLOCK
        )
        twice = self._graph.add("split")
        colours = self._graph.add("palettegen", "stats_mode=single")
        applied = self._graph.add("paletteuse", "new=1")
        whole.link_to(twice)
        twice.link_to(applied, 0, 0)
        twice.link_to(colours, 1, 0)
        colours.link_to(applied, 0, 1)
        applied.link_to(self._graph.add("buffersink"))
        self._graph.configure()

    def add(self, picture: Frame, time: float, duration: float) -> None:
        """Adds a picture that is shown from `time` on, s from the film's start, for `duration`."""
        import cv2
        from av import VideoFrame

        tick = round(time / _GIF_CLOCK)
        if tick - self._last < _GIF_SHORTEST:
            return
        self._last = tick
        image = picture.image
        if (image.shape[1], image.shape[0]) != self._size:
            image = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        frame = VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = tick, _GIF_CLOCK
        self._track.lasts(round(duration / _GIF_CLOCK))
        self._graph.vpush(frame)
        self._encode_ready()

    def close(self) -> None:
        """Completes the file."""
        with self._container:
            self._graph.vpush(None)
            self._encode_ready()
            self._track.encode(None)

    def _encode_ready(self) -> None:
        """Encodes what the filters have ready: a frame, or nothing until the next comes."""
        while True:
            try:
                frame = self._graph.vpull()
            except (BlockingIOError, EOFError):
                return
            self._track.encode(frame)


class Track:
    """A film's one stream: frames become packets that know how long they last, without which the last has no length."""

    def __init__(self, container: "av.container.OutputContainer", stream: "av.VideoStream") -> None:
        self._container = container
        self._stream = stream
        self._durations: deque[int] = deque()

    def lasts(self, ticks: int) -> None:
        """How long the next frame is shown, in ticks of the stream's clock; at least one."""
        self._durations.append(max(1, ticks))

    def encode(self, frame: "av.VideoFrame | None") -> None:
        """Encodes a frame, or what is still to come out where it is None. Packets come in the frames' order."""
        for packet in self._stream.encode(frame):
            packet.duration = self._durations.popleft()
            self._container.mux(packet)


FilmWriter = Mp4Writer | GifWriter
