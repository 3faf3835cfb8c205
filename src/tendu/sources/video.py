"""Film: every frame of a video file, with its true time."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from tendu.errors import SourceError
from tendu.frame import Frame
from tendu.sources.container import open_container, order_is_lost, picture_stream, pixels_of, rate_of
from tendu.sources.cut import Cut
from tendu.sources.packets import let_first_be_heard, numbered, packet_times
from tendu.sources.source import Facts
from tendu.sources.times import Clock


class Film:
    """A film's frames in order, upright, with their times in seconds from the film's start.

    Times are those the film states, strictly increasing; `Clock` says what is done where they are not. Frame numbers
    are places in the film: with `start`, the pictures before it are counted from the file's packets without decoding
    them, so frame 250 is frame 250 however one gets there. Each iteration is one pass from `start`, and `problems`
    tells of that pass. To open a film FFmpeg decodes its first picture, so the first pass of a file goes on with the
    container that `open` has opened.

    Args:
        target: a file, a file's bytes, or an address.
        facts: what it says about itself.
        cut: which frames are given.
        container: the film as opened by `open_container`, for the first pass; each pass opens its own when None.
    """

    def __init__(self, target: Path | bytes | str, *, facts: Facts, cut: Cut, container: Any = None) -> None:
        self._target, self._facts, self._cut = target, facts, cut
        self._container = container
        self._problems: list[SourceError] = []
        self._pass: Generator[Frame] | None = None

    @classmethod
    def open(cls, target: Path | bytes | str, *, name: str = "", cut: Cut | None = None) -> "Film":
        """A film whose header could be read.

        Args:
            target: a file, a file's bytes, or an address.
            name: what it is called in frames and errors; the path or address when empty.
            cut: which frames are given; all of them when None.

        Raises:
            SourceError: it cannot be opened, or it is no film.
        """
        name = name or ("film" if isinstance(target, bytes) else str(target))
        cut = cut or Cut()
        with ExitStack() as undo:
            container = undo.enter_context(open_container(target, name))
            stream = picture_stream(container, name)
            # Only MP4 and its kin count their pictures one by one; other headers hold estimates or nothing.
            counted = stream.frames if "mp4" in container.format.name and cut.is_whole else 0
            frames = cut.count(counted) or None
            facts = Facts(
                name,
                moving=True,
                live=False,
                frames=frames,
                rate=rate_of(stream) / cut.every,
                pixels=stream.width * stream.height or None,
            )
            if isinstance(target, str):  # a server does not wait for the first pass
                return cls(target, facts=facts, cut=cut)
            undo.pop_all()
            return cls(target, facts=facts, cut=cut, container=container)

    @property
    def facts(self) -> Facts:
        """What the film says about itself; `rate` is that of the frames given."""
        return self._facts

    @property
    def problems(self) -> list[SourceError]:
        """What was skipped in this pass, a sentence each."""
        return self._problems

    def __enter__(self) -> "Film":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the pass and lets go of the file; may be called twice."""
        self._end_pass()
        if self._container is not None:
            self._container.close()
            self._container = None

    def __iter__(self) -> Iterator[Frame]:
        self._end_pass()
        self._problems = []
        self._pass = self._frames()
        return self._pass

    def _end_pass(self) -> None:
        # A pass in which another thread is decoding now cannot be ended from here; it lets go of its file by itself.
        if self._pass is not None:
            with suppress(ValueError):
                self._pass.close()

    def _frames(self) -> Generator[Frame]:
        """One pass.

        Raises:
            SourceError: not a single picture could be decoded.
        """
        name = self._facts.name
        given, ended = 0, 0.0
        opened, self._container = self._container, None
        with opened or open_container(self._target, name) as container:
            stream = picture_stream(container, name)
            origin, tick, step = stream.start_time or 0, stream.time_base, 1 / rate_of(stream)
            clock = Clock(step=step)
            earlier = None
            packed = order_is_lost(container, stream)
            if self._cut.start and not packed:
                at = origin + int(self._cut.start / tick)
                earlier = packet_times(self._target, name, until=at)
                if earlier is not None:
                    let_first_be_heard(container, stream)
                    container.seek(at, stream=stream)
            for number, picture in numbered(container, stream, earlier=earlier, note=self._note):
                stated = picture.dts if packed else picture.pts
                if packed and number == 0 and stated is not None:
                    origin = stated
                time = clock.tick(None if stated is None else float((stated - origin) * tick))
                ended = time + max(step, float(picture.duration * tick))
                if time >= self._cut.end:
                    break
                if time < self._cut.start:
                    continue
                if given % self._cut.every == 0:
                    yield Frame.of(
                        pixels_of(picture, wide=stream.sample_aspect_ratio),
                        number=number,
                        time=time,
                        source=name,
                        moving=True,
                    )
                given += 1
            else:
                if given:
                    self._note_early_end(container, stream, ended)
            if not given:
                raise self._nothing(ended)

    def _nothing(self, ended: float) -> SourceError:
        if ended > self._cut.end:
            return SourceError(
                f"{self._facts.name} has no picture from {self._cut.start:g} to {self._cut.end:g} s: ask for a longer part."
            )
        if self._cut.start and ended > 0:
            return SourceError(
                f"{self._facts.name} has no picture at {self._cut.start:g} s or later: it ends at {ended:.2f} s."
            )
        why = f" ({self._problems[0]})" if self._problems else ""
        return SourceError(f"Cannot read {self._facts.name}: no picture of it can be decoded{why}.")

    def _note_early_end(self, container: Any, stream: Any, ended: float) -> None:
        """Adds a note where the pictures end before the film does, as in a file cut short."""
        if stream.duration is not None:
            promised = float(stream.duration * stream.time_base)
        else:
            promised = (container.duration or 0) / 1e6
        if promised - ended > 1.0:
            self._note(f"its pictures end at {ended:.2f} s of {promised:.2f} s")

    def _note(self, what: str) -> None:
        self._problems.append(SourceError(f"{self._facts.name}: {what}."))
