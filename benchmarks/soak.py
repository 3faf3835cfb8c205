"""Memory on a long film: peak and growth of a ten-minute 1080p film to Parquet.

    python benchmarks/soak.py [MINUTES]

Makes the film (a drawn figure that walks, ten seconds encoded once and repeated), follows it with the default model
in a process of its own, and prints the resident memory every 2,000 frames.
"""

import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT, RATE, SECONDS = 1920, 1080, 30, 10

FOLLOW = """
import resource, sys
from pathlib import Path
import tendu

def resident(done, _):
    if done % 2000 == 1:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        print(f"frame {done}: {pages * resource.getpagesize() / 2**20:.0f} MiB", flush=True)

summary = tendu.run(sys.argv[1], to=sys.argv[2], progress=resident)
print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
print(f"{summary.frames} frames, {summary.rate:.0f} a second")
"""


def figure(time: float) -> np.ndarray:
    """A person of strokes who walks across the picture."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    x, swing = int(200 + 150 * time), 120 * np.sin(time * 6)
    skin, cloth = (200, 160, 140), (40, 60, 140)
    for side in (-1, 1):
        cv2.line(picture, (x, 560), (int(x + side * swing), 900), cloth, 60)
        cv2.line(picture, (x, 330), (int(x - side * swing), 560), skin, 34)
    cv2.line(picture, (x, 320), (x, 570), cloth, 110)
    cv2.circle(picture, (x, 220), 62, skin, -1)
    return picture


def film(path: Path, minutes: float) -> None:
    """Writes the film: encoded once, its packets repeated."""
    once = path.with_name("once.mp4")
    with av.open(str(once), "w") as file:
        stream = file.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(RATE * SECONDS):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(figure(number / RATE), format="rgb24")))
        file.mux(stream.encode())
    with av.open(str(path), "w") as out:
        target = None
        for turn in range(int(minutes * 60 / SECONDS)):
            with av.open(str(once)) as file:
                source = file.streams.video[0]
                if target is None:
                    target = out.add_stream_from_template(source)
                shift = int(turn * SECONDS / Fraction(source.time_base))
                for packet in file.demux(source):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, target
                    out.mux(packet)


def main() -> None:
    """Makes the film and follows it."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.mp4"
        film(path, minutes)
        print(f"{minutes:g} minutes of {WIDTH} × {HEIGHT} at {RATE} frames a second", flush=True)
        subprocess.run(
            [sys.executable, "-c", FOLLOW, str(path), str(path.with_suffix(".parquet"))], check=True
        )


if __name__ == "__main__":
    main()
