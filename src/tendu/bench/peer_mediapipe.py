"""MediaPipe's pose solution, as a peer to compare with; its 33 points cut to COCO's 17.

It runs in an environment of its own, without tendu: `python peer_mediapipe.py JOB`; what goes in and comes out is that
of peer_plain.py. Complexity 1, whose weights are inside the package; photos in static mode, the film in video mode.
"""

import json
import sys
from time import perf_counter
from typing import Any

# COCO's 17 among MediaPipe's 33: mediapipe/python/solutions/pose.py, PoseLandmark.
ORDER = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)


def points_of(pose: Any, picture: Any) -> list[list[float]] | None:
    """17 × (x, y, visibility) in COCO's pixel indices, from a BGR picture; None where nobody is found."""
    import cv2

    found = pose.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    if found.pose_landmarks is None:
        return None
    height, width = picture.shape[:2]
    marks = [found.pose_landmarks.landmark[k] for k in ORDER]
    return [[mark.x * width - 0.5, mark.y * height - 0.5, mark.visibility] for mark in marks]


def main(job: dict[str, Any]) -> dict[str, Any]:
    """Each set photo by photo, then the film frame by frame."""
    import cv2
    import mediapipe  # pyright: ignore[reportMissingImports]  it is installed where this runs
    import numpy as np

    solution: Any = mediapipe.solutions.pose.Pose
    black = np.zeros((192, 192, 3), np.uint8)
    seconds: dict[str, float] = {}
    results: dict[str, Any] = {}
    with solution(static_image_mode=True, model_complexity=1) as pose:
        points_of(pose, black)
        for name, photos in job["sets"].items():
            begun = perf_counter()
            found = [(number, points_of(pose, cv2.imread(path))) for number, path in photos]
            seconds[name] = perf_counter() - begun
            results[name] = [
                {
                    "image_id": number,
                    "category_id": 1,
                    "keypoints": [value for point in points for value in point],
                    "score": sum(point[2] for point in points) / len(points),
                }
                for number, points in found
                if points is not None
            ]
    frames = 0
    with solution(model_complexity=1) as pose:
        points_of(pose, black)
        begun = perf_counter()
        film = cv2.VideoCapture(job["film"] or "")
        while film.isOpened():
            more, picture = film.read()
            if not more:
                break
            points_of(pose, picture)
            frames += 1
        film_seconds = perf_counter() - begun
    return {"seconds": seconds, "results": results, "frames": frames, "film_seconds": film_seconds}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
