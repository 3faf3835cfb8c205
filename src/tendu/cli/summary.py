"""What a run did, in a few lines: how much, how fast, where the time went, and what could not be read."""

from typing import TYPE_CHECKING

from tendu.cli.spoken import cells, counted, padded, say

if TYPE_CHECKING:
    from tendu.course import Stage
    from tendu.pipeline import Summary

STAGE_WORDS: "dict[Stage, str]" = {
    "open": "opening, loading the model",
    "read": "waiting for pictures",
    "look": "finding people",
    "track": "telling people apart, smoothing",
    "draw": "drawing",
    "write": "writing",
}


def lines(summary: "Summary", *, moving: bool, brief: bool = False) -> list[str]:
    """The lines, in the language that is spoken.

    Args:
        summary: what was done.
        moving: it was a film or a camera, not photos.
        brief: only what went wrong.
    """
    said: list[str] = []
    if summary.interrupted and summary.frames:
        said.append(say("Stopped; what was done until then is kept."))
    elif summary.interrupted:
        said.append(say("Stopped before the first frame."))
    if not brief:
        said += [
            _counts(summary, moving=moving) + _means(summary),
            *(_table(summary) if summary.frames > 1 else ()),
        ]
        names = ", ".join(name for name in summary.outputs if name != "-")
        if names and summary.frames:
            said.append(say("Written: {names}", names=names))
    if summary.problems:
        said += [say("Not everything could be read:"), *(f"  {problem}" for problem in summary.problems)]
    return said


def _counts(summary: "Summary", *, moving: bool) -> str:
    n, people = summary.frames, summary.people
    if moving:
        parts = [
            counted(n, "{n} frame", "{n} frames"),
            counted(people, "{n} person at a time", "up to {n} people at a time")
            if people
            else say("nobody"),
        ]
    else:
        parts = [counted(n, "{n} photo", "{n} photos"), counted(people, "{n} person", "{n} people")]
    parts.append(say("{seconds:.1f} s", seconds=summary.seconds))
    if n > 1:
        parts.append(say("{rate:.1f} a second once opened", rate=summary.rate))
    return ", ".join(parts)


def _means(summary: "Summary") -> str:
    """Which model found them, and what ran it: results depend on both."""
    return f" ({summary.model}, {summary.runtime})" if summary.model else ""


def _table(summary: "Summary") -> list[str]:
    """Where the time went: seconds and share of each stage that took any."""
    rows = [
        (say(STAGE_WORDS[stage]), seconds) for stage, seconds in summary.stages.items() if seconds >= 0.005
    ]
    width = max((cells(words) for words, _ in rows), default=0)
    return [
        f"  {padded(words, width)} {seconds:>8.2f} s {seconds / summary.seconds:>5.0%}"
        for words, seconds in rows
    ]
