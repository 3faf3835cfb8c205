"""The Edge TPU on a machine that has none: sentences that say what to install and which file to use."""

import pytest

from tendu.errors import MissingExtraError, ModelError
from tendu.runtimes import edgetpu
from tendu.runtimes.available import remedies
from tendu.runtimes.edgetpu import EdgeTPU, devices
from tiny_models import tiny_model

COMPILED = tiny_model(custom=b"edgetpu-custom-op")


@pytest.fixture
def no_library(monkeypatch):
    monkeypatch.setattr(edgetpu, "LIBRARY", {"linux": "libedgetpu-not-here.so.1"})
    monkeypatch.setattr(edgetpu.sys, "platform", "linux")


def test_without_the_library_it_says_what_to_install(no_library):
    with pytest.raises(MissingExtraError) as caught:
        EdgeTPU(COMPILED)
    assert str(caught.value) == (
        "The runtime 'edgetpu' needs Coral's library. libedgetpu-not-here.so.1 was not found. "
        "On Debian, add Coral's package source and run: sudo apt install libedgetpu1-std"
    )
    assert "libedgetpu1-std" in remedies()["edgetpu"]


def test_a_system_that_coral_does_not_serve_is_told_so(monkeypatch):
    monkeypatch.setattr(edgetpu.sys, "platform", "freebsd14")
    with pytest.raises(MissingExtraError, match=r"Coral makes none for freebsd14\.$"):
        EdgeTPU(COMPILED)


def test_a_model_that_was_not_compiled_for_it_is_refused():
    with pytest.raises(ModelError) as caught:
        EdgeTPU(tiny_model())
    assert str(caught.value) == (
        "The Edge TPU needs a model compiled for it, named *-edgetpu.tflite; this one is not. "
        "Compile it with edgetpu_compiler, or use runtime='litert'."
    )


def test_devices_are_told_by_their_usb_numbers_and_pcie_names(monkeypatch, tmp_path):
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "apex_0").touch()
    for name, vendor, product in (("1-1", "18d1", "9302"), ("1-2", "046d", "0825")):
        (tmp_path / "usb" / name).mkdir(parents=True)
        (tmp_path / "usb" / name / "idVendor").write_text(vendor + "\n")
        (tmp_path / "usb" / name / "idProduct").write_text(product + "\n")
    places = {"/dev": tmp_path / "dev", "/sys/bus/usb/devices": tmp_path / "usb"}
    monkeypatch.setattr(edgetpu, "Path", places.__getitem__)
    assert devices() == [str(tmp_path / "dev" / "apex_0"), "USB"]
