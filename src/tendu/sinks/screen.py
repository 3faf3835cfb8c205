"""Screen: pictures in a window, by tkinter from the standard library (OpenCV's headless build has no windows)."""

from types import TracebackType
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import UInt8

from tendu.errors import SinkError
from tendu.frame import Frame

# Part of the screen that a picture takes at most: bars and borders need the rest.
_SHARE = 0.9


class Screen:
    """Pictures in a window, which opens with the first one.

    Pictures that are larger than the screen are shown smaller. The window belongs to the thread that writes.

    Args:
        title: what the window is called.

    Attributes:
        closed: whether the window is gone: by its own button, by q or Esc, or by `close`. Ask after each `write`;
            pictures written later are not shown.
    """

    takes: ClassVar[Literal["pictures"]] = "pictures"

    def __init__(self, title: str = "tendu") -> None:
        self.closed = False
        self._title = title
        self._window: Any = None
        self._label: Any = None
        self._photo: Any = None

    def __enter__(self) -> "Screen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, frame: Frame, /) -> None:
        """Shows a picture until the next one.

        Raises:
            SinkError: this Python has no tkinter, or there is no screen.
        """
        if self.closed:
            return
        self._show(frame.image, self._opened())

    def attend(self) -> None:
        """Lets the window look after its buttons and keys, while nothing new is shown."""
        if self._window is not None:
            self._window.update()

    def close(self) -> None:
        """Closes the window; may be called twice."""
        self.closed = True
        if self._window is not None:
            self._window.destroy()
            self._window = self._label = self._photo = None

    def _show(self, image: UInt8[np.ndarray, "h w 3"], window: Any) -> None:
        from tkinter import PhotoImage

        width, height = int(_SHARE * window.winfo_screenwidth()), int(_SHARE * window.winfo_screenheight())
        photo = PhotoImage(master=window, data=ppm(image, width, height), format="PPM")
        self._label.configure(image=photo)
        # tkinter blanks a picture that nobody holds, so the one before goes only now.
        self._photo = photo
        window.update()

    def _opened(self) -> Any:
        """The window; it opens on first use."""
        if self._window is not None:
            return self._window
        try:
            from tkinter import Label, TclError, Tk
        except ImportError as error:
            raise SinkError(
                "Showing pictures needs tkinter, which this Python lacks. Install it (on Debian: apt install "
                "python3-tk) or write to a file."
            ) from error
        try:
            self._window = Tk()
        except TclError as error:
            raise SinkError(f"Cannot open a window: {error}. Write to a file instead.") from error
        self._window.title(self._title)
        self._window.protocol("WM_DELETE_WINDOW", self.close)
        for key in ("<q>", "<Escape>"):
            self._window.bind(key, self._key)
        self._label = Label(self._window, borderwidth=0)
        self._label.pack()
        return self._window

    def _key(self, _: object) -> None:
        self.close()


def ppm(image: UInt8[np.ndarray, "h w 3"], width: int, height: int) -> bytes:
    r"""An RGB picture as a binary PPM file, made smaller where it exceeds `width` × `height`.

    >>> ppm(np.full((1, 2, 3), 65, np.uint8), 100, 100)
    b'P6 2 1 255\nAAAAAA'
    """
    import cv2

    high, wide = image.shape[:2]
    scale = min(1.0, width / wide, height / high)
    if scale < 1:
        size = (max(1, int(wide * scale)), max(1, int(high * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return b"P6 %d %d 255\n" % (image.shape[1], image.shape[0]) + image.tobytes()
