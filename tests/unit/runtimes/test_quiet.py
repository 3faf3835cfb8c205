"""Silence holds back chatter and nothing else."""

import os

import pytest

from tendu.runtimes.quiet import quiet


def test_information_is_dropped_and_warnings_come_after(capfd):
    with quiet():
        os.write(2, b"INFO: Created a delegate.\nWARNING: out of memory\nINFO: again\n")
    assert capfd.readouterr().err == "WARNING: out of memory\n"


def test_stderr_is_back_after_an_error(capfd):
    def fail():
        with quiet():
            os.write(2, b"ERROR: no such operator\n")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    os.write(2, b"INFO: spoken outside\n")
    assert capfd.readouterr().err == "ERROR: no such operator\nINFO: spoken outside\n"
