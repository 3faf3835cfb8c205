"""Coral's Edge TPU: LiteRT with the delegate that Coral's own library brings.

No machine with an Edge TPU was at hand: what is tested is how it answers where there is none.
"""

import ctypes
import sys
from pathlib import Path

from tendu.errors import MissingExtraError, ModelError
from tendu.runtimes.litert import LiteRT
from tendu.runtimes.model_file import bytes_of, kind_of

LIBRARY = {"linux": "libedgetpu.so.1", "darwin": "libedgetpu.1.dylib", "win32": "edgetpu.dll"}
"""The library's name by system (coral.ai/docs/edgetpu/tflite-python)."""

USB_IDS = {("1a6e", "089a"), ("18d1", "9302")}
"""Vendor and product of the USB Accelerator before and after its first use
(google-coral/libedgetpu, debian/edgetpu-accelerator.rules)."""


class EdgeTPU(LiteRT):
    """A model compiled for the Edge TPU, in LiteRT with Coral's delegate.

    Args:
        model: the bytes or path of an *-edgetpu.tflite file.
        threads: for the operators that stay on the processor; None for all cores up to 4.

    Raises:
        MissingExtraError: Coral's library is not installed; the sentence says how to get it.
        ModelError: the file is not compiled for the Edge TPU, or no Edge TPU answers.
    """

    def __init__(self, model: bytes | Path, *, threads: int | None = None) -> None:
        content = bytes_of(model)
        if kind_of(content) != "edgetpu":
            raise ModelError(
                "The Edge TPU needs a model compiled for it, named *-edgetpu.tflite; this one is not. "
                "Compile it with edgetpu_compiler, or use runtime='litert'."
            )
        missing = missing_library()
        if missing is not None:
            raise MissingExtraError(f"The runtime 'edgetpu' needs Coral's library. {missing}")
        from ai_edge_litert.interpreter import load_delegate

        try:
            delegate = load_delegate(LIBRARY[sys.platform])
        except ValueError as error:
            raise ModelError("No Edge TPU answers. Plug one in, and check that you may use it.") from error
        super().__init__(content, threads=threads, delegate=delegate)
        self.name = f"Edge TPU, {self.name}"


def missing_library() -> str | None:
    """How to get Coral's library, or None where it is here."""
    name = LIBRARY.get(sys.platform)
    if name is None:
        return f"Coral makes none for {sys.platform}."
    try:
        ctypes.CDLL(name)
    except OSError:
        return f"{name} was not found. On Debian, add Coral's package source and run: sudo apt install libedgetpu1-std"
    return None


def devices() -> list[str]:
    """The Edge TPUs that Linux sees: "USB" and /dev/apex_* for those on PCIe; empty elsewhere."""
    found = [str(path) for path in sorted(Path("/dev").glob("apex_*"))]
    for folder in sorted(Path("/sys/bus/usb/devices").glob("*")):
        ids = tuple(_text(folder / name) for name in ("idVendor", "idProduct"))
        found += ["USB"] if ids in USB_IDS else []
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
