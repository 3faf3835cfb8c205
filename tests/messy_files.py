"""Photos and films made on the fly for tests: upright and turned, whole and broken, in every form that matters."""

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

# Quarter turns as phones write them into an MP4: a, b, c, d of the track's matrix.
MATRICES = {
    "upright": (1, 0, 0, 1),
    "quarter turn clockwise": (0, 1, -1, 0),
    "half turn": (-1, 0, 0, -1),
    "quarter turn anticlockwise": (0, -1, 1, 0),
}


def slope(width: int = 160, height: int = 120) -> np.ndarray:
    """A picture whose every place looks different: red grows to the right, green downwards, blue along both."""
    y, x = np.mgrid[0:height, 0:width]
    wide, high = max(width - 1, 1), max(height - 1, 1)
    return np.stack([x * 255 // wide, y * 255 // high, (x + y) * 255 // (wide + high)], axis=-1).astype(
        np.uint8
    )


def photo(picture: np.ndarray | Image.Image, form: str = "PNG", *, orientation: int = 0, **options) -> bytes:
    """A photo's bytes as Pillow writes them."""
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    if orientation:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def brightness(number: int) -> int:
    """The grey that frame `number` of a test film is filled with."""
    return 20 + 4 * (number % 50)


def number_of(picture: np.ndarray) -> int:
    """Which frame of a test film a picture is, read off its grey."""
    return round((float(picture[8:-8, 8:-8].mean()) - 20) / 4)


def film(
    path: Path,
    *,
    frames: int = 20,
    size: tuple[int, int] = (64, 48),
    times_ms: list[int] | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    pictures: list[np.ndarray] | None = None,
    group: int = 8,
    tick: Fraction = Fraction(1, 1000),
) -> Path:
    """A film of grey pictures, 10 a second unless `times_ms` says otherwise, with a key frame every `group`."""
    width, height = size
    options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.time_base = tick
        stream.codec_context.gop_size = group
        stream.bit_rate = 4_000_000
        if codec == "libx264":
            stream.options = {"crf": "1", "preset": "ultrafast", "bf": "2", "x264-params": "scenecut=0"}
        for number in range(frames):
            grey = np.full((height, width, 3), brightness(number), np.uint8)
            frame = av.VideoFrame.from_ndarray(pictures[number] if pictures else grey, "rgb24")
            frame.pts = int(Fraction(times_ms[number] if times_ms else 100 * number, 1000) / tick)
            frame.time_base = tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def turned(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """An MP4 whose track header asks to be shown turned, as a phone held sideways writes it."""
    data = bytearray(path.read_bytes())
    # ISO/IEC 14496-12, 8.3.2: in version 0 the matrix stands 40 bytes after the version.
    at = data.find(b"tkhd") + 4 + 40
    a, b, c, d = matrix
    data[at : at + 36] = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def moving_gif(pictures: int = 3, form: str = "GIF", length_ms: int | list[int] = 100) -> bytes:
    """An animated GIF or WebP of grey pictures."""
    first, *others = [Image.new("RGB", (48, 40), (brightness(n),) * 3) for n in range(pictures)]
    return photo(
        first,
        form,
        save_all=True,
        append_images=others,
        duration=length_ms,
        **({"lossless": True} if form == "WEBP" else {}),
    )
