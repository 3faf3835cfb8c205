"""Reading ahead changes nothing but when frames are decoded."""

import time
from threading import Event, active_count
from threading import enumerate as threads

import numpy as np
import pytest

from tendu.errors import DataError, SourceError
from tendu.frame import Frame
from tendu.sources.ahead import ReadAhead
from tendu.sources.given import Given
from tendu.sources.source import Facts

SMALL = np.zeros((10, 10, 3), np.uint8)  # 300 bytes


class Slow:
    """A source that counts what was asked of it, and may fail or hang."""

    def __init__(self, frames, *, fails_at=None, live=False):
        self.frames, self.fails_at = frames, fails_at
        self.made, self.closed = 0, 0
        self.facts = Facts("slow", moving=True, live=live, frames=frames, rate=None)
        self.problems = [SourceError("slow: one packet is damaged.")]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closed += 1

    def __iter__(self):
        for number in range(self.frames):
            if number == self.fails_at:
                raise SourceError("slow: the disk is gone.")
            self.made += 1
            yield Frame.of(SMALL, number=number, time=float(number))


def settled(count):
    """The value of a counter once it stands still."""
    last = -1
    while last != (last := count()):
        time.sleep(0.03)
    return last


def test_frames_come_in_order_and_all_of_them():
    with ReadAhead(Slow(100), bytes=900) as source:
        assert [frame.number for frame in source] == list(range(100))


def test_only_so_many_bytes_wait():
    slow = Slow(100)
    with ReadAhead(slow, bytes=900) as source:
        frames = iter(source)
        next(frames)
        # One with us, three waiting, one more made and waiting to be put.
        assert settled(lambda: slow.made) == 5
        next(frames)
        assert settled(lambda: slow.made) == 6


def test_one_frame_may_wait_however_large():
    with ReadAhead(Slow(5), bytes=1) as source:
        assert len(list(source)) == 5


def test_errors_come_out_after_the_frames_before_them():
    frames = iter(ReadAhead(Slow(9, fails_at=3)))
    assert [next(frames).number for _ in range(3)] == [0, 1, 2]
    with pytest.raises(SourceError, match="the disk is gone"):
        next(frames)


@pytest.mark.parametrize("way", ["leaving the loop", "an error in the loop", "Ctrl-C"])
def test_no_thread_is_left_behind(way):
    before = active_count()
    slow = Slow(10**6)
    error = {"an error in the loop": ValueError, "Ctrl-C": KeyboardInterrupt}.get(way)
    began = time.monotonic()
    try:
        with ReadAhead(slow) as source:
            for _ in source:
                if error:
                    raise error
                break
    except (ValueError, KeyboardInterrupt):
        pass
    assert active_count() == before, [thread.name for thread in threads()]
    assert slow.closed == 1
    assert time.monotonic() - began < 1


class Busy(Slow):
    """A source whose second frame takes as long as the test likes."""

    def __init__(self):
        super().__init__(2)
        self.answers, self.at_work = Event(), Event()

    def __iter__(self):
        yield Frame.of(SMALL)
        self.at_work.set()
        assert self.answers.wait(10)
        yield Frame.of(SMALL, number=1, time=1.0)


def test_a_source_that_is_busy_is_closed_by_the_thread_that_reads_it():
    busy = Busy()
    with ReadAhead(busy) as source:
        next(iter(source))
        assert busy.at_work.wait(5)
        with pytest.raises(
            SourceError, match=r"^Cannot read slow again: the pass before is still decoding\.$"
        ):
            iter(source)
    assert busy.closed == 0
    busy.answers.set()
    assert settled(lambda: busy.closed) == 1


def test_a_source_that_cannot_begin_says_so_instead_of_waiting():
    class Stuck(Slow):
        def __iter__(self):
            raise SourceError("slow: nothing answers.")

    with pytest.raises(SourceError, match="nothing answers"), ReadAhead(Stuck(1)) as source:
        next(iter(source))


def test_it_can_be_read_again_from_the_start():
    with ReadAhead(Slow(20)) as source:
        assert next(iter(source)).number == 0
        assert [frame.number for frame in source] == list(range(20))


def test_facts_and_problems_are_the_sources_own():
    slow = Slow(1)
    source = ReadAhead(slow)
    assert source.facts is slow.facts
    assert source.problems is slow.problems


def test_the_work_is_done_in_another_thread_while_we_are_busy():
    reached = Event()

    def pictures():
        yield SMALL
        reached.set()
        yield SMALL

    with ReadAhead(Given(pictures())) as source:
        next(iter(source))
        assert reached.wait(5)


def test_a_live_source_is_refused():
    with pytest.raises(DataError, match="slow is live and cannot be read ahead"):
        ReadAhead(Slow(1, live=True))
