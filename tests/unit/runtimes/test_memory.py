"""Verdicts are remembered for one machine, one set of versions, one file and one number of threads."""

import pytest

from tendu.runtimes import memory
from tendu.runtimes.memory import Verdict, memory_file, recall, remember

VERDICT = Verdict("openvino", "It is faster.", {"litert": 4.1, "openvino": 2.7}, 0.8, 0.02, 0.3)


def test_a_verdict_comes_back_as_it_was():
    remember(b"model", VERDICT, threads=2)
    assert recall(b"model", threads=2) == VERDICT


def test_two_verdicts_lie_side_by_side():
    remember(b"model", VERDICT, threads=2)
    remember(b"other", Verdict("litert", "It is not.", {}, 0.1), threads=2)
    assert recall(b"model", threads=2) == VERDICT
    assert recall(b"other", threads=2) == Verdict("litert", "It is not.", {}, 0.1)


def test_another_file_or_another_number_of_threads_is_not_known():
    remember(b"model", VERDICT, threads=2)
    assert recall(b"models", threads=2) is None
    assert recall(b"model", threads=1) is None


def test_a_new_version_of_a_runtime_is_measured_again(monkeypatch):
    remember(b"model", VERDICT, threads=2)
    monkeypatch.setattr(memory, "versions", lambda: {"litert": "2.3.0", "openvino": "2099.1"})
    assert recall(b"model", threads=2) is None


def test_a_new_version_of_tendu_measures_again(monkeypatch):
    remember(b"model", VERDICT, threads=2)
    monkeypatch.setattr(memory, "version_of", lambda _: "2099.1")
    assert recall(b"model", threads=2) is None


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"x": 1}', b"\xff\xfe\x00"])
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(damage):
    remember(b"model", VERDICT, threads=2)
    memory_file().write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    assert recall(b"model", threads=2) is None
    remember(b"model", VERDICT, threads=2)
    assert recall(b"model", threads=2) == VERDICT


@pytest.mark.parametrize("field", ['"runtime"', '"reason"', '"seconds"'])
def test_an_entry_with_a_field_missing_is_not_used(field):
    remember(b"model", VERDICT, threads=2)
    memory_file().write_text(memory_file().read_text().replace(field, '"else"'))
    assert recall(b"model", threads=2) is None


def test_a_cache_that_cannot_be_written_does_no_harm(cache):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    remember(b"model", VERDICT, threads=2)
    assert recall(b"model", threads=2) is None
