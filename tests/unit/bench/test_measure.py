import itertools

import pytest

from tendu.bench.measure import measure, peak_memory
from tendu.bench.models import bench_models, usual_threads
from tendu.bench.one_model import main


class Clock:
    """Time that only passes while the measured call runs: 1 s for the first call, then 1/128 s, 1/64 s, 1/128 s, …"""

    def __init__(self):
        self.now, self.calls = 0.0, 0
        self.taking = itertools.chain([1.0], itertools.cycle([1 / 128, 1 / 64]))

    def __call__(self):
        return self.now

    def work(self):
        self.calls += 1
        self.now += next(self.taking)


def test_the_first_call_and_the_warm_up_are_kept_apart_from_the_timed_calls():
    clock = Clock()
    timing = measure(clock.work, warm_up_runs=3, warm_up_seconds=0, runs=10, seconds=0, clock=clock)
    assert clock.calls == 1 + 3 + 10
    assert timing.first == pytest.approx(1000)
    assert (timing.minimum, timing.median, timing.p95) == pytest.approx((7.8125, 11.71875, 15.625))
    assert timing.runs == 10


def test_it_goes_on_until_runs_and_seconds_are_both_reached():
    clock = Clock()
    assert measure(clock.work, warm_up_seconds=0, runs=10, seconds=3.0, clock=clock).runs == 256
    assert measure(clock.work, warm_up_seconds=0, runs=10, seconds=0.0234375, clock=clock).runs == 10


def test_it_ends_after_the_most_seconds_with_at_least_one_run():
    clock = Clock()
    timing = measure(clock.work, warm_up_seconds=0, runs=1000, seconds=0, most_seconds=0.234375, clock=clock)
    assert timing.runs == 20
    assert measure(clock.work, warm_up_seconds=0, most_seconds=0.0, clock=clock).runs == 1


def test_memory_is_that_of_this_process():
    peak = peak_memory()
    assert peak is None or 10 < peak < 100_000  # a Python with NumPy holds more than 10 MB


def test_threads_are_one_two_and_all_but_never_more_than_there_are(monkeypatch):
    from dataclasses import replace

    from tendu.bench import models
    from tendu.runtimes.machine import this_machine

    machine = this_machine()
    for cores, threads in ((1, [1]), (2, [1, 2]), (8, [1, 2, 8])):
        monkeypatch.setattr(models, "this_machine", lambda cores=cores: replace(machine, cores=cores))
        assert usual_threads() == threads


def test_a_model_that_is_none_is_a_sentence(tmp_path):
    path = tmp_path / "no.tflite"
    path.write_bytes(b"no model at all")
    told = main(f'{{"model": "{path}", "runs": 1, "seconds": 0, "warm_up_runs": 1, "warm_up_seconds": 0}}')
    assert list(told) == ["problem"]
    assert "no.tflite" in told["problem"]


def test_a_measuring_process_that_dies_is_a_sentence_too(monkeypatch):
    monkeypatch.setattr("tendu.bench.models.sys.executable", "/bin/false")
    (row,) = bench_models(["any"], ["litert"], [1], tell=lambda _: None)
    assert row["problem"] == "The measuring process ended with 1: no reason given"


def test_a_model_is_measured_in_a_process_of_its_own(shared):
    file = str(shared / "models/movenet/movenet-lightning-int8.tflite")
    timing = {"runs": 3, "seconds": 0.0, "warm_up_runs": 1, "warm_up_seconds": 0.0}
    (row,) = bench_models([file], ["litert"], [1], tell=lambda _: None, **timing)
    assert row["runs"] == 3
    assert 0 < row["minimum_ms"] <= row["median_ms"] <= row["p95_ms"]
    assert row["share"]["taken"] > 0.9 * row["share"]["operators"]
    assert row["share"]["left"], "some operators are LiteRT's own in this file"
    assert row["ran"].endswith("1 thread")
