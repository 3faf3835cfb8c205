"""Draws docs/coordinates.svg: pixels with their centres at .5, a window over a picture, and the window's unit space.

The numbers beside the points come from `tendu.Window` itself. `make docs` runs this.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tendu import Window

TARGET = Path(__file__).parents[1] / "docs" / "coordinates.svg"
BLUE, ORANGE, GREY = "#1f77b4", "#d9730d", "#777777"


def pixels(axes: Axes) -> None:
    """A picture of 6 × 4 pixels: edges at whole numbers, centres at .5."""
    for x in range(6):
        for y in range(4):
            axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor="#bbbbbb"))
            axes.plot(x + 0.5, y + 0.5, ".", color=GREY, markersize=4)
    axes.add_patch(Rectangle((0, 0), 6, 4, fill=False, edgecolor="black", linewidth=1.5))
    for x, y, side in ((0, 0, "right"), (6, 4, "left")):
        axes.plot(x, y, "s", color="black")
        axes.annotate(f"({x}, {y})", (x, y), (8 if side == "left" else -8, 0), textcoords="offset points",
                      ha=side, va="center")  # fmt: skip
    for x, y in ((0.5, 0.5), (3.5, 2.5)):
        axes.plot(x, y, "o", color=BLUE)
        axes.annotate(f"({x}, {y})", (x, y), (4, -11), textcoords="offset points", color=BLUE)
    axes.set(xlim=(-1.2, 7.2), ylim=(5, -1.2), title="Image space: pixels, x right, y down")


def window(axes: Axes) -> None:
    """A picture of 640 × 480 under its letterbox and under a closer window, with one point in all three spaces."""
    picture, letterbox = (640, 480), Window.letterbox(640, 480)
    closer = Window(300, 60, 240, 240)
    axes.add_patch(Rectangle((0, 0), *picture, facecolor="#e8eef4", edgecolor="black", linewidth=1.5))
    for shown, colour, name in (
        (letterbox, GREY, "Window.letterbox(640, 480)"),
        (closer, ORANGE, "Window(300, 60, 240, 240)"),
    ):
        corner = (shown.left, shown.top)
        axes.add_patch(
            Rectangle(
                corner, shown.width, shown.height, fill=False, edgecolor=colour, linewidth=2, linestyle="--"
            )
        )
        axes.annotate(name, corner, (0, 5), textcoords="offset points", color=colour)
    point = np.array([[420.0, 120.0]])
    axes.plot(*point[0], "o", color=BLUE)
    spaces = [("image", point[0], BLUE)]
    spaces += [(f"unit of {name}", space.to_unit(point)[0], colour)
               for name, space, colour in (("letterbox", letterbox, GREY), ("closer", closer, ORANGE))]  # fmt: skip
    for row, (name, (x, y), colour) in enumerate(spaces):
        axes.text(20, 340 + 50 * row, f"{name}: ({x:.4g}, {y:.4g})", color=colour)
    axes.text(20, -20, "black when sampled", color=GREY, fontsize=8)
    axes.set(xlim=(-40, 680), ylim=(600, -120), title="Windows of one picture")


def main(target: Path) -> None:
    """Draws the picture into a file."""
    mpl.rcParams["svg.hashsalt"] = "tendu"  # the same picture gives the same file
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["font.size"] = 10
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, paint in ((left, pixels), (right, window)):
        paint(axes)
        axes.set_aspect("equal")
        axes.axis("off")
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None, dpi=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
