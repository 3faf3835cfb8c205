"""A film's packets decoded: what is damaged is passed over and noted, what lies before a start is counted.

PyAV's values are Any here, as in container.py.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tendu.sources.container import open_container, picture_stream, reason

Note = Callable[[str], None]


def numbered(
    container: Any, stream: Any, *, earlier: list[int] | None, note: Note
) -> Iterator[tuple[int, Any]]:
    """(number in the film, picture) of every picture that can be decoded, from where the container stands.

    A packet that cannot be decoded counts as one picture, so that the numbers after it stay right.

    Args:
        container: an open film.
        stream: its pictures.
        earlier: the times of the film's first packets, see `packet_times`, where the container stands later; None at
            the beginning.
        note: told what is skipped.
    """
    number = 0 if earlier is None else -1
    for picture in _decoded(container, stream, note):
        if picture is not None:
            if number < 0:
                number = bisect_left(earlier or [], picture.pts)
            if picture.is_corrupt:
                note(f"picture {number} is damaged and skipped")
            else:
                yield number, picture
        number += number >= 0


def packet_times(target: Path | bytes | str, name: str, *, until: int) -> list[int] | None:
    """The sorted times of a film's packets up to `until`, in ticks of its clock; None where they cannot be relied on.

    One packet holds one picture, so the times before a picture's own say how many pictures come before it. They are
    not relied on where one is missing or repeats, or where a jump to `until` does not land on a key frame at or before it.
    """
    import av.error

    with open_container(target, name) as container:
        stream = picture_stream(container, name)
        times: list[int] = []
        try:
            for packet in container.demux(stream):
                if packet.dts is None or packet.dts > until:
                    break
                if packet.pts is None:
                    return None
                if not packet.is_discard:
                    times.append(packet.pts)
            container.seek(until, stream=stream)
            first = next(container.demux(stream))
        except (av.error.FFmpegError, StopIteration):
            return None
        times.sort()
        landed = first.pts
        # MPEG's streams are entered anywhere, and then nothing is decoded until the next key frame.
        safe = first.is_keyframe and landed is not None and landed <= until and landed in times
        return times if safe and len(set(times)) == len(times) else None


def let_first_be_heard(container: Any, stream: Any) -> None:
    """Decodes a film's first packet, whose picture nobody takes: then it may be entered in its middle.

    x264 says its version there and nowhere else, and of older ones the decoder must undo a fault in films of full colour
    (FFmpeg, libavcodec/h264dec.c, `x264_build`); unheard, every picture behind is damaged.
    """
    import av.error

    with suppress(StopIteration, av.error.FFmpegError):  # a damaged one says nothing
        next(container.demux(stream)).decode()


def _decoded(container: Any, stream: Any, note: Note) -> Iterator[Any]:
    """Every picture the decoder gives; None for a packet that it cannot decode."""
    import av.error

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            note(f"it cannot be read further: {reason(error)}")
            return
        if packet.is_corrupt:
            note(f"the packet at byte {packet.pos} is cut short and skipped")
            yield None
            continue
        try:
            pictures = packet.decode()
        except av.error.FFmpegError:
            note(f"the packet at byte {packet.pos} is damaged and skipped")
            yield None
            continue
        yield from pictures
