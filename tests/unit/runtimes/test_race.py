"""The race: OpenVINO is taken only where it is a tenth faster and gives LiteRT's numbers."""

from time import sleep

import numpy as np
import pytest

from tendu.codes import Codes, Scale
from tendu.errors import ModelError
from tendu.runtimes import race as room
from tendu.runtimes.fake import FakeRuntime
from tendu.runtimes.race import disagreement, race, trial_pictures
from tendu.runtimes.runtime import Port

PORT = Port("image", (1, 8, 8, 3), np.dtype(np.uint8))


def racers(monkeypatch, *, litert_ms, openvino_ms, wrong=0.0):
    """The verdict on runtimes with these times; the second is wrong by a share of the outputs' range, 200."""

    def runtime(error):
        ramp = np.linspace(0, 200, 100, dtype=np.float32)
        return lambda model, *, threads: FakeRuntime(
            lambda x: (ramp + x.flat[0] + np.float32(error * 200),), inputs=(PORT,)
        )

    times = {"litert": litert_ms, "openvino": openvino_ms}
    monkeypatch.setattr(room, "LiteRT", runtime(0.0))
    monkeypatch.setattr(room, "OpenVINO", runtime(wrong))
    monkeypatch.setattr(room, "medians", lambda *_, **__: times)
    return race(b"", threads=1)


def test_the_faster_one_with_the_same_numbers_is_taken(monkeypatch):
    verdict = racers(monkeypatch, litert_ms=4.0, openvino_ms=3.5, wrong=0.01)
    assert verdict.runtime == "openvino"
    assert verdict.reason == "It is faster, and its numbers are LiteRT's within 1.0% of their range."
    assert verdict.milliseconds == {"litert": 4.0, "openvino": 3.5}
    assert verdict.mean_difference == pytest.approx(0.01, rel=1e-3)
    assert verdict.largest_difference == pytest.approx(0.01, rel=1e-3)
    assert 0 < verdict.seconds < 1


@pytest.mark.parametrize("openvino_ms", [3.7, 4.0, 9.0])
def test_less_than_a_tenth_faster_is_litert(monkeypatch, openvino_ms):
    verdict = racers(monkeypatch, litert_ms=4.0, openvino_ms=openvino_ms)
    assert (verdict.runtime, verdict.reason) == ("litert", "OpenVINO is not a tenth faster.")


@pytest.mark.parametrize(("wrong", "said"), [(0.05, "5.0%"), (-0.3, "30.0%"), (float("nan"), "nan%")])
def test_a_fast_one_with_other_numbers_is_not_taken(monkeypatch, wrong, said):
    verdict = racers(monkeypatch, litert_ms=4.0, openvino_ms=1.0, wrong=wrong)
    assert verdict.runtime == "litert"
    assert verdict.reason == f"OpenVINO's numbers differ from LiteRT's by {said} of their range."


def test_a_model_that_openvino_cannot_use_is_litert_with_its_reason(monkeypatch):
    racers(monkeypatch, litert_ms=1.0, openvino_ms=1.0)

    def refuse(model, *, threads):
        raise ModelError("OpenVINO cannot use this model: No translator found for Foo node.")

    monkeypatch.setattr(room, "OpenVINO", refuse)
    verdict = race(b"", threads=1)
    assert (verdict.runtime, verdict.milliseconds) == ("litert", {})
    assert "No translator found for Foo node" in verdict.reason


def test_times_are_medians_of_runs_that_have_settled(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(room, "BUDGET", 1e9)
    monkeypatch.setattr(room, "RUNS", 2 * room.SETTLING)  # as many fast runs as slow ones before them
    waits = {
        "quick": iter(([50] * room.SETTLING + [2] * room.SETTLING) * room.ROUNDS),
        "slow": iter(([0] * room.SETTLING + [7] * room.SETTLING) * room.ROUNDS),
    }
    monkeypatch.setattr(room, "perf_counter", lambda: now[0])
    runs = {
        name: lambda _, w=wait: now.__setitem__(0, now[0] + next(w) / 1e3) for name, wait in waits.items()
    }
    taken = room.medians(runs, np.zeros(1), start=0.0)
    assert taken == {"quick": pytest.approx(2), "slow": pytest.approx(7)}


def test_slow_models_are_not_measured_to_the_last_round(monkeypatch):
    monkeypatch.setattr(room, "BUDGET", 0.02)
    turns = []
    taken = room.medians(
        {"one": lambda _: (turns.append(1), sleep(0.01))}, np.zeros(1), start=room.perf_counter()
    )
    assert len(turns) == room.RUNS
    assert taken["one"] >= 10


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [(np.uint8, 0, 255), (np.int8, -128, 127), (np.float32, 0, 1), (np.int32, 0, 255)],
)
def test_trial_pictures_are_noise_and_a_slope_over_the_whole_range(dtype, low, high):
    noise, smooth = trial_pictures(Port("image", (1, -1, 64, 3), np.dtype(dtype)))
    assert noise.shape == smooth.shape == (1, 256, 64, 3)
    assert noise.dtype == smooth.dtype == dtype
    assert smooth.min() == low
    assert smooth.max() == high
    assert low <= noise.min() < noise.max() <= high
    assert (
        np.abs(np.diff(smooth.astype(float), axis=1)).max()
        < np.abs(np.diff(noise.astype(float), axis=1)).mean()
    )


def test_the_worst_output_counts():
    same, other = np.array([0.0, 10.0]), np.array([0.0, 9.0])
    assert disagreement((same, same), (same, other)) == (pytest.approx(0.05), pytest.approx(0.1))


def test_the_range_of_codes_is_what_they_can_say():
    nearly_all_the_same = np.array([-128, -127], np.int8)
    one, other = (
        Codes(codes, Scale(step=0.5, zero=0)) for codes in (nearly_all_the_same, nearly_all_the_same + 1)
    )
    assert disagreement((one,), (other,)) == (pytest.approx(1 / 255), pytest.approx(1 / 255))
