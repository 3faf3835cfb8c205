"""The rectangle of a picture that a model looks at, and the way back.

Scale and offset live here and nowhere else. Image space is in pixels, x to the right, y down, with the centre of the
top-left pixel at (0.5, 0.5); unit space runs from 0 to 1 across the window, so its corners are (0, 0) and (1, 1).
"""

from dataclasses import dataclass
from math import cos, sin

import numpy as np
from jaxtyping import Float, Float32, Float64

from tendu.errors import DataError


@dataclass(frozen=True)
class Window:
    """A rectangle in image pixels; it may overhang the picture and may be turned.

    What lies outside the picture is black when sampled.

    Attributes:
        left, top: the upper left corner before turning, px.
        width, height: the sides, px, above 0.
        angle: clockwise turn about the centre, radians; the window's up then points that way in the picture.

    Raises:
        DataError: a side is not positive or a number is not finite.

    >>> Window.letterbox(640, 480)
    Window(left=0.0, top=-80.0, width=640.0, height=640.0, angle=0.0)
    """

    left: float
    top: float
    width: float
    height: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.left, self.top, self.width, self.height, self.angle)
        if not np.isfinite(numbers).all() or min(self.width, self.height) <= 0:
            raise DataError(f"A window needs finite numbers and positive sides, not {self!r}.")

    @classmethod
    def letterbox(cls, width: int, height: int, *, aspect: float = 1.0) -> "Window":
        """The smallest centred window that holds the whole picture at the model's aspect (width / height)."""
        side = max(width, height * aspect)
        return cls.centred(width / 2, height / 2, side, side / aspect)

    @classmethod
    def stretched(cls, width: int, height: int) -> "Window":
        """The picture itself: a model with another aspect sees it distorted, as Coral's examples do."""
        return cls(0.0, 0.0, float(width), float(height))

    @classmethod
    def centred(cls, x: float, y: float, width: float, height: float) -> "Window":
        """The window of that size around a point."""
        return cls(float(x - width / 2), float(y - height / 2), float(width), float(height))

    @classmethod
    def around(
        cls,
        points: Float[np.ndarray, "k 2"],
        *,
        margin: float = 1.25,
        aspect: float = 1.0,
        least: float = 16.0,
    ) -> "Window":
        """The window that holds points with a margin: its side is `margin` times their extent.

        Args:
            points: (x, y) in image pixels, at least one.
            margin: factor on the larger extent.
            aspect: width / height of the model's input.
            least: smallest height in pixels, so that one point still gives a window.

        >>> Window.around(np.array([[10.0, 10.0], [50.0, 90.0]]), margin=1.5)
        Window(left=-30.0, top=-10.0, width=120.0, height=120.0, angle=0.0)
        """
        low, high = points.min(axis=0), points.max(axis=0)
        extent = high - low
        height = max(float(max(extent[0] / aspect, extent[1])) * margin, least)
        x, y = (low + high) / 2
        return cls.centred(float(x), float(y), height * aspect, height)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle (x, y) in image pixels; turning leaves it where it is."""
        return self.left + self.width / 2, self.top + self.height / 2

    def to_image(self, xy: Float[np.ndarray, "*n 2"]) -> Float32[np.ndarray, "*n 2"]:
        """Unit points (x, y) of this window as image pixels.

        >>> Window(100, 50, 200, 200).to_image(np.array([[0.5, 0.25]]))
        array([[200., 100.]], dtype=float32)
        """
        return (xy @ self._axes + self._origin).astype(np.float32)

    @property
    def corners(self) -> Float32[np.ndarray, "2 2"]:
        """Where its first corner and the one across from it lie in the image: (x, y) each."""
        return self.to_image(np.array([[0.0, 0.0], [1.0, 1.0]]))

    def to_unit(self, xy: Float[np.ndarray, "*n 2"]) -> Float32[np.ndarray, "*n 2"]:
        """Image pixels (x, y) as unit points of this window: the inverse of `to_image`."""
        return ((xy - self._origin) @ np.linalg.inv(self._axes)).astype(np.float32)

    def affine(self, width: int, height: int, *, scale: float = 1.0) -> Float64[np.ndarray, "2 3"]:
        """The matrix from pixel indices of a `width` × `height` sample to pixel indices of the picture.

        Indices count pixel centres from 0, as OpenCV's warpAffine does: index i is the place i + 0.5.

        Args:
            width: columns of the sample.
            height: rows of the sample.
            scale: pixels of the stored picture per image pixel, below 1 where it was decoded smaller.
        """
        # In plain numbers: it is asked for several times a frame, and so small arrays cost more than they hold.
        along, down = ((part[0] * scale, part[1] * scale) for part in self._axes.tolist())
        along, down = (along[0] / width, along[1] / width), (down[0] / height, down[1] / height)
        return np.array(
            [
                [x, y, corner * scale + 0.5 * (x + y) - 0.5]
                for x, y, corner in zip(along, down, self._origin.tolist(), strict=True)
            ]
        )

    @property
    def _axes(self) -> Float64[np.ndarray, "2 2"]:
        """Rows: what one unit along x, one unit along y moves in the image."""
        c, s = cos(self.angle), sin(self.angle)
        return np.array([[c * self.width, s * self.width], [-s * self.height, c * self.height]])

    @property
    def _origin(self) -> Float64[np.ndarray, "2"]:
        """Where unit (0, 0) lies in the image."""
        return np.array(self.centre) - 0.5 * self._axes.sum(axis=0)
