"""The machine's facts, and how many threads follow from them."""

import pytest

from tendu.runtimes import machine


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000", 8),  # no limit
        ("300000 100000", 3),  # a container that may use three processors
        ("50000 100000", 1),  # half a processor still runs one thread
        ("", 8),  # no such file
    ],
)
def test_a_containers_limit_counts(monkeypatch, tmp_path, quota, cores):
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr("tendu.cores._QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert machine.this_machine().cores == cores
    assert machine.sensible_threads(None) == min(cores, 4)


@pytest.mark.parametrize(("cores", "large", "small"), [(1, 1, 1), (2, 1, 2), (4, 3, 4), (16, 4, 4)])
def test_in_a_large_film_the_decoder_keeps_a_core(monkeypatch, cores, large, small):
    alone = machine.Machine("", cores, "", "")
    monkeypatch.setattr(machine, "this_machine", lambda: alone)
    assert machine.threads_beside_decoder(1920 * 1080) == machine.threads_beside_decoder(None) == large
    assert machine.threads_beside_decoder(1280 * 720) == small


def test_a_boards_own_name_comes_first(monkeypatch, tmp_path):
    (tmp_path / "model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    monkeypatch.setattr(machine, "_BOARD", tmp_path / "model")
    assert machine.this_machine().processor == "Raspberry Pi 5 Model B Rev 1.0"


def test_what_the_system_does_not_tell_is_left_empty(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "_GOVERNOR", tmp_path / "nothing")
    assert machine.this_machine().governor == ""
