"""The loop that every tutorial shows, as a peer to compare with: OpenCV, a resize to the input's size, the model.

It runs in an environment of its own, without tendu: `python peer_plain.py JOB`. JOB is JSON: "sets" (names, each with
[number, path] pairs), "film" (a path or nothing), "model", "threads". JSON is printed: seconds for each set, the film's
frames and seconds, and what was found in each set, as COCO's results. Pictures are letterboxed as the MoveNet tutorial
does it (tf.image.resize_with_pad). A file that ends in heads is read the plain way: each keypoint's highest cell.
"""

import json
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any


def looker(model: str, threads: int) -> Callable[[Any], Any]:
    """From a BGR picture to 17 × (x, y, score), in COCO's pixel indices."""
    import cv2
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter: Any = Interpreter(model_path=model, num_threads=threads)
    interpreter.allocate_tensors()
    given, wanted = interpreter.get_input_details()[0], interpreter.get_output_details()
    side = int(given["shape"][1])

    def look(picture: Any) -> Any:
        height, width = picture.shape[:2]
        scale = side / max(height, width)
        small = cv2.resize(picture, (round(width * scale), round(height * scale)))
        top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
        padded = np.zeros((side, side, 3), np.uint8)
        padded[top : top + small.shape[0], left : left + small.shape[1]] = small
        rgb = cv2.cvtColor(padded, cv2.COLOR_BGR2RGB)
        interpreter.set_tensor(given["index"], rgb[None].astype(given["dtype"]))
        interpreter.invoke()
        tensors = [interpreter.get_tensor(each["index"])[0] for each in wanted]
        points = tensors[0][0] if len(wanted) == 1 else highest(*map(real, tensors[1:3], wanted[1:3]))
        x = (points[:, 1] * side - left) / scale - 0.5
        y = (points[:, 0] * side - top) / scale - 0.5
        return np.stack([x, y, points[:, 2]], axis=1)

    look(np.zeros((side, side, 3), np.uint8))
    return look


def real(codes: Any, told: dict[str, Any]) -> Any:
    """The numbers that a quantised output's codes stand for; others as they are."""
    scale, zero = told["quantization"]
    return (codes.astype("float32") - zero) * scale if scale else codes


def highest(heatmap: Any, offset: Any) -> Any:
    """17 × (y, x, score) of the highest cells of logits (h, w, 17), moved by their offsets (h, w, 34), parts of the side."""
    import numpy as np

    cells = len(heatmap)
    at = heatmap.reshape(-1, 17).argmax(axis=0)
    point = np.arange(17)
    moved = offset.reshape(-1, 17, 2)[at, point] + np.stack(np.divmod(at, cells), axis=1)
    score = 1 / (1 + np.exp(-heatmap.reshape(-1, 17)[at, point]))
    return np.column_stack([moved / cells, score])


def main(job: dict[str, Any]) -> dict[str, Any]:
    """Each set photo by photo, then the film frame by frame."""
    import cv2

    look = looker(job["model"], job["threads"])
    seconds: dict[str, float] = {}
    results: dict[str, Any] = {}
    for name, photos in job["sets"].items():
        begun = perf_counter()
        found = [(number, look(cv2.imread(path))) for number, path in photos]
        seconds[name] = perf_counter() - begun
        results[name] = [
            {
                "image_id": number,
                "category_id": 1,
                "keypoints": points.ravel().tolist(),
                "score": float(points[:, 2].mean()),
            }
            for number, points in found
        ]
    frames, begun = 0, perf_counter()
    film = cv2.VideoCapture(job["film"] or "")
    while film.isOpened():
        more, picture = film.read()
        if not more:
            break
        look(picture)
        frames += 1
    return {"seconds": seconds, "results": results, "frames": frames, "film_seconds": perf_counter() - begun}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
