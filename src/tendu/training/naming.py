"""Naming: which points the labels of a set have, and where those are among a model's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from tendu.errors import DataError
from tendu.skeleton import COCO17, Skeleton


@dataclass(frozen=True)
class Naming:
    """The names of a model's points, and those that are given for the points of a set's labels.

    Attributes:
        skeleton: the model's.
        keypoints: those of the labels, in their order; empty where the labels say them, or have COCO's 17.
        trusted: whether the labels count at all.
    """

    skeleton: Skeleton = COCO17
    keypoints: tuple[str, ...] = ()
    trusted: bool = True

    def names(self, said: tuple[str, ...] = COCO17.names) -> tuple[str, ...]:
        """The names of the points of labels that say these themselves."""
        return self.keypoints or said

    def placed(
        self, people: Float32[np.ndarray, "p j 3"], names: tuple[str, ...]
    ) -> Float32[np.ndarray, "p k 3"]:
        """The model's points of labelled people, by name; what only one of the two has is left out, or not labelled.

        Args:
            people: x, y and v of each.
            names: of their points.
        """
        if names == self.skeleton.names:
            return people
        made = self.unlabelled(len(people))
        for row, name in enumerate(names):
            if name in self.skeleton.names:
                made[:, self.skeleton.names.index(name)] = people[:, row]
        return made

    def unlabelled(self, count: int) -> Float32[np.ndarray, "p k 3"]:
        """So many people of whom no point is labelled."""
        return np.zeros((count, len(self.skeleton), 3), np.float32)

    def refuse_strangers(self, path: Path, names: Sequence[str]) -> None:
        """Nothing, where labels count for nothing, or the model has their points by the very same names.

        It may lack some of them, but not because they are written otherwise, nor where there are as many as the model has.

        Raises:
            DataError: it has none of them, or others of the same meaning.
        """
        if not self.trusted or set(self.skeleton.names) <= set(names):
            return
        both = [name for name in names if name in self.skeleton.names]
        plain = {_plain(name): name for name in self.skeleton.names if name not in both}
        written = next((name for name in names if name not in both and _plain(name) in plain), None)
        if both and written:
            raise DataError(
                f"{path} calls {written!r} what the model calls {plain[_plain(written)]!r}. Give the set's points the model's "
                "names (keypoints = [...])."
            )
        alike = both and len(names) == len(self.skeleton) and not self.keypoints
        if not both or alike:
            shared = f"only {', '.join(both)} are in both" if both else "no name is in both"
            raise DataError(
                f"{path} has labels of {', '.join(names)}, and the model finds {', '.join(self.skeleton.names)}: {shared}. "
                "Give the set's points the model's names (keypoints = [...]), or do without its labels (trust = 0)."
            )


def _plain(name: str) -> str:
    """A name without what people write differently."""
    return "".join(filter(str.isalnum, name.lower()))


def names_each_once(given: Any) -> bool:
    """Whether something from a file is a list of names, and none of them twice."""
    if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
        return False
    return len(given) > 0 and len(set(given)) == len(given)
