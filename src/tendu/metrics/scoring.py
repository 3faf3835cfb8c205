"""Poses against truth, scored by pycocotools: AP and AR, who was found, and which pose is whose.

Nothing here computes a score of its own: similarities, matches and averages are pycocotools' (cocodataset/cocoapi).
"""

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from tendu.extras import require
from tendu.metrics.coco import Truth
from tendu.skeleton import COCO17


@dataclass(frozen=True)
class Scores:
    """COCO's ten keypoint numbers, 0 to 1; None where the photos have nobody of that size.

    Attributes:
        ap: average precision, the mean over OKS thresholds .50, .55, … .95.
        ap50, ap75: at one threshold.
        ap_medium, ap_large: of people with an area of 32² to 96² px, and above.
        ar, ar50, ar75, ar_medium, ar_large: average recall, likewise.
    """

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_medium: float | None
    ap_large: float | None
    ar: float | None
    ar50: float | None
    ar75: float | None
    ar_medium: float | None
    ar_large: float | None


@dataclass(frozen=True, eq=False)
class Judged:
    """What pycocotools says of some results.

    Attributes:
        scores: its ten numbers.
        counted: bool (n,), the results that count: those matched to people who do not count are left out, and those
            beyond the 20 surest of a photo.
        right: bool (n,), the results that it matched to a person at OKS .5.
        photo: int64 (m,), the image id of each of the m people who count.
        nearest: int64 (m,), the row of the result most similar to each of them; -1 where the photo has none.
        oks: float32 (m,), that similarity; 0 where there is none.
        person: int64 (m,), which of the photo's people each is.
    """

    scores: Scores
    counted: Bool[np.ndarray, "n"]
    right: Bool[np.ndarray, "n"]
    photo: Int64[np.ndarray, "m"]
    nearest: Int64[np.ndarray, "m"]
    oks: Float32[np.ndarray, "m"]
    person: Int64[np.ndarray, "m"]


def judge(truth: Truth, results: list[dict[str, Any]], photos: list[int]) -> Judged:
    """Scores results in COCO's form.

    Args:
        truth: the annotations, and the sigmas of their points.
        results: entries as `tendu.metrics.coco.as_results` makes them; none is an answer too.
        photos: the image ids that count.

    Raises:
        MissingExtraError: pycocotools is not installed.
    """
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints its progress and its table
        scoring = _scoring(truth, results, photos)
    stats = [None if number < 0 else float(number) for number in scoring.stats]
    counted, right = np.zeros(len(results), np.bool_), np.zeros(len(results), np.bool_)
    # The first of three runs through the photos is for people of every area; row 0 is the threshold .5.
    for photo in scoring.evalImgs[: len(photos)]:
        if photo is not None and photo["dtIds"]:
            rows = np.array(photo["dtIds"]) - 1
            right[rows] = photo["dtMatches"][0] > 0
            counted[rows] = ~photo["dtIgnore"][0].astype(bool)
    return Judged(
        Scores(*stats), counted, right & counted, *_nearest(scoring, sorted(photos), truth.category)
    )


def _scoring(truth: Truth, results: list[dict[str, Any]], photos: list[int]) -> Any:
    coco = require("pycocotools.coco", extra="evaluate", purpose="Scoring poses")
    cocoeval = require("pycocotools.cocoeval", extra="evaluate", purpose="Scoring poses")
    true = coco.COCO()
    # pycocotools writes into its annotations.
    true.dataset = {**truth.content, "annotations": [dict(one) for one in truth.content["annotations"]]}
    true.createIndex()
    if results:
        found = true.loadRes([dict(entry) for entry in results])
    else:
        found = coco.COCO()
        found.dataset = {**truth.content, "annotations": []}
        found.createIndex()
    scoring = cocoeval.COCOeval(true, found, "keypoints")
    scoring.params.imgIds = sorted(photos)
    scoring.params.catIds = [truth.category]
    if truth.skeleton != COCO17:  # whose sigmas it has, in other last bits
        scoring.params.kpt_oks_sigmas = np.array(truth.skeleton.sigmas)
    scoring.evaluate()
    scoring.accumulate()
    scoring.summarize()
    return scoring


def _nearest(
    scoring: Any, photos: list[int], category: int
) -> tuple[Int64[np.ndarray, "m"], Int64[np.ndarray, "m"], Float32[np.ndarray, "m"], Int64[np.ndarray, "m"]]:
    """For each person who counts: the photo, the most similar result, how similar, which person of the photo."""
    rows: list[tuple[int, int, float, int]] = []
    for photo in photos:
        people, found = scoring._gts[photo, category], scoring._dts[photo, category]  # noqa: SLF001  it has no other door
        # pycocotools sorts results by score, keeps the surest 20, and gives (results, people).
        order = np.argsort([-result["score"] for result in found], kind="mergesort")[:20]
        likeness = np.asarray(scoring.ious[photo, category]).reshape(len(order), len(people))
        for person, one in enumerate(people):
            if one["num_keypoints"] == 0 or one["iscrowd"]:
                continue
            best = int(likeness[:, person].argmax()) if len(order) else -1
            row = found[order[best]]["id"] - 1 if best >= 0 else -1
            rows.append((photo, row, float(likeness[best, person]) if best >= 0 else 0.0, person))
    columns = np.array(rows, np.float64).reshape(-1, 4).T
    photo, row, oks, person = columns
    return photo.astype(np.int64), row.astype(np.int64), oks.astype(np.float32), person.astype(np.int64)
