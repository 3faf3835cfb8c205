"""The demo: the default model on a real photo, its keypoints printed, drawn and written as JSON.

`make demo` runs it. The photo is NASA's portrait of the astronaut Eileen Collins (public domain), which scikit-image
ships. Nothing is fetched.
"""

import sys
from importlib.resources import as_file, files
from pathlib import Path

import tendu
from tendu.models.catalog import card, default_model

OUT = Path(__file__).parents[1] / "out"


def main() -> None:
    """Runs the demo; ends with 1 and a sentence where it cannot."""
    try:
        print(f"model  {card(default_model()).title}", flush=True)
        model = tendu.load()
        with as_file(files("skimage") / "data" / "astronaut.png") as photo:
            frame = tendu.read(photo)
        poses = model(frame)
        with tendu.save(OUT / "astronaut.png", overwrite=True) as picture:
            picture.write(tendu.draw(frame, poses, min_score=0.3))
        with tendu.save(OUT / "astronaut.json", overwrite=True) as document:
            document.write(poses)
    except tendu.TenduError as error:
        sys.exit(f"{error}")
    print(f"photo  astronaut.png, {frame.stamp.width} × {frame.stamp.height} px, people found: {len(poses)}")
    for pose in poses:
        print(f"\nconfidence {pose.confidence:.2f}            x       y   score")
        for name, point in zip(tendu.COCO17.names, pose, strict=True):
            print(f"  {name:<16}{point.x:>8.1f}{point.y:>8.1f}{point.score:>8.2f}")
    print(f"\nDrawn in {OUT / 'astronaut.png'}, written to {OUT / 'astronaut.json'}")


if __name__ == "__main__":
    main()
