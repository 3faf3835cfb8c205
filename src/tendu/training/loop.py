"""The training loop: batches are made in one thread while the network learns in another.

A batch depends on the recipe's seed and its step alone, so a run that goes on from a checkpoint sees what it would have
seen uninterrupted, and ends with the same weights bit for bit where its length is given in steps.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from math import cos, isfinite, pi
from pathlib import Path
from time import monotonic

import torch
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from tendu.errors import DataError, ModelError
from tendu.training.batches import batches
from tendu.training.beginning import mark, refuse_another
from tendu.training.checkpoint import Checkpoint, clear, finite, load, save
from tendu.training.data import Crops
from tendu.training.device import PROCESSOR
from tendu.training.losses import Losses, losses
from tendu.training.network import Network
from tendu.training.notes import JUDGED, PROGRESS, cut_back, note
from tendu.training.recipe import Recipe
from tendu.training.targets import Batch
from tendu.training.whole_step import whole_step


@dataclass(frozen=True)
class Budget:
    """How long to train: a number of steps, or minutes; the learning rate falls to nothing at its end."""

    steps: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.minutes is None):
            raise DataError("A training run has either a number of steps or a number of minutes.")
        if self.steps is not None and self.steps < 1:
            raise DataError(f"A training run has 1 step or more, not {self.steps}.")
        if self.minutes is not None and not (isfinite(self.minutes) and self.minutes > 0):
            raise DataError(f"A training run takes a number of minutes above 0, not {self.minutes:g}.")

    def spent(self, step: int, seconds: float) -> float:
        """The part that is over, 0 to 1."""
        if self.steps is not None:
            return min(step / self.steps, 1.0)
        assert self.minutes is not None
        return min(seconds / (60 * self.minutes), 1.0)


@dataclass(frozen=True)
class Progress:
    """One line of a run's progress.

    Attributes:
        step, seconds: how far it is.
        spent: the part of the budget that is over.
        rate: the learning rate.
        loss: the total; then its parts.
        pictures: a second.
        waited: the share of the time that the network waited for a batch.
    """

    step: int
    seconds: float
    spent: float
    rate: float
    loss: float
    centre: float
    heatmap: float
    offset: float
    regression: float
    pictures: float
    waited: float


class Run:
    """One training run in a folder: `checkpoint.pt`, `progress.jsonl`.

    Args:
        recipe: how.
        crops: the data, one for each of the recipe's sets.
        network: the student, with its starting weights.
        teacher: what it learns from; the start itself as a rule.
        folder: where checkpoints go; it is there.
        threads: of PyTorch in each of the two threads.
        device: where it learns. On another than the processor pictures are drawn there too, and the teacher looks at
            them there; only on the processor is a resumed run the same bit for bit.
    """

    def __init__(
        self,
        recipe: Recipe,
        crops: list[Crops],
        network: Network,
        teacher: Network,
        *,
        folder: Path,
        threads: int = 1,
        device: torch.device = PROCESSOR,
    ) -> None:
        self._recipe, self._crops, self._folder, self._threads = recipe, crops, folder, threads
        self._device = device
        self._start = mark(network)
        self.network = network.to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.averaged = deepcopy(self.network)
        self._teacher_network = teacher
        for part in (network.stem, *network.blocks[: recipe.frozen]) if recipe.frozen else ():
            part.requires_grad_(False)
        learning = [weights for weights in network.parameters() if weights.requires_grad]
        # On a GPU a step for each weight costs more time than the network.
        fused = device.type == "cuda"
        self._optimizer = torch.optim.AdamW(learning, lr=recipe.rate, weight_decay=0.0, fused=fused)
        self.step, self.seconds = 0, 0.0
        self._last = [torch.zeros(())]  # loss and norm of the gradient

    @property
    def path(self) -> Path:
        """The checkpoint."""
        return self._folder / "checkpoint.pt"

    @property
    def _counts(self) -> list[int]:
        return [len(one) for one in self._crops]

    def resume(self, found: Checkpoint | None = None) -> None:
        """Goes back to where the folder's checkpoint stands, and takes later steps out of what the run noted.

        Args:
            found: the checkpoint, where it has been read; None reads it.

        Raises:
            DataError: the recipe or the data are others than those that the run was begun with.
            ModelError: there is none, or it is damaged, or of another network.
            SinkError: what the run noted cannot be written.
            SourceError: or not be read.
        """
        found = found or load(self.path)
        refuse_another(found, self._recipe, self._counts)
        try:
            self.network.load_state_dict(found.network)
            self.averaged.load_state_dict(found.averaged)
            self._teacher_network.load_state_dict(found.teacher["weights"])
            self._optimizer.load_state_dict(found.optimizer)
        except (RuntimeError, ValueError, KeyError) as error:
            raise ModelError(
                f"{self.path} is of another network than this run's, or of other frozen blocks. Choose another folder."
            ) from error
        self.step, self.seconds, self._start = found.step, found.seconds, found.start
        for network in (self.network, self.averaged):
            network.round(on=found.rounded)
        for name in (PROGRESS, JUDGED):
            cut_back(self._folder / name, self.step)

    def save(self) -> None:
        """Writes the checkpoint.

        Raises:
            DataError: the run has diverged.
            SinkError: it cannot be written; in either case the older one is left.
        """
        self._check()
        teacher = {
            "shape": self._teacher_network.shape.plain(),
            "weights": self._teacher_network.state_dict(),
        }
        states = (self.network.state_dict(), self.averaged.state_dict(), self._optimizer.state_dict())
        begun = (self.network.stem.rounded, asdict(self._recipe), self._counts, self._start)
        save(Checkpoint(self.network.shape, self.step, self.seconds, *states, teacher, *begun), self.path)

    def _check(self) -> None:
        """Nothing, where all that is kept is finite, and the last loss and gradient; what comes after is no better."""
        kept = [self.network.state_dict(), self.averaged.state_dict(), self._optimizer.state_dict()]
        if finite(self._last + kept):
            return
        left = f"{self.path} is left as it was" if self.path.exists() else "Nothing was saved"
        raise DataError(
            f"The run has diverged: at step {self.step} its loss, its gradient or its weights are no finite numbers "
            f"any more. {left}. Give a lower rate than {self._recipe.rate:g}."
        )

    def train(
        self,
        budget: Budget,
        *,
        tell: Callable[[Progress], None] = lambda _: None,
        saved: Callable[[], None] = lambda: None,
        every: int = 10,
        save_minutes: float = 5.0,
    ) -> None:
        """Trains until the budget is spent, then saves. Interrupted, it saves and lets the interruption go on.

        Where no step was done, as when the first batch fails, nothing is saved: there would be nothing to go on from. Nor is
        anything saved where a step fails in its middle.

        Args:
            budget: how long.
            tell: told every few steps, and after the last one, how it goes.
            saved: called after each checkpoint.
            every: how many steps those are.
            save_minutes: between two checkpoints.

        Raises:
            DataError: the run has diverged.
            SinkError: a checkpoint cannot be written.
        """
        clear(self.path)
        torch.set_num_threads(self._threads)
        begun, before, newest = monotonic(), self.seconds, self.step
        kept, told, waited = begun, begun, 0.0
        seen: list[Losses] = []
        whole = True
        following = batches(
            self._recipe,
            self._crops,
            self._teacher_network,
            size=self.network.shape.size,
            first=self.step,
            threads=self._threads,
            device=self._device,
        )
        try:
            while (spent := budget.spent(self.step, self.seconds)) < 1:
                asked = monotonic()
                batch = next(following)
                waited += monotonic() - asked
                rate = self._rate(spent)
                for network in (self.network, self.averaged):
                    network.round(on=spent >= 1 - self._recipe.rounded)
                with whole_step():  # half a step saved would be one that no run goes through
                    whole = False
                    seen.append(self._learn(batch, rate))
                    self.step += 1
                    now = monotonic()
                    self.seconds = before + now - begun
                    whole = True
                if self.step % every == 0 or budget.spent(self.step, self.seconds) >= 1:
                    speed = len(seen) * self._recipe.batch / (now - told)
                    progress = self._progress(seen, spent, rate, speed, waited / (now - told))
                    self._check()
                    note(self._folder / PROGRESS, [asdict(progress)])
                    tell(progress)
                    seen, told, waited = [], now, 0.0
                if now - kept > 60 * save_minutes:
                    self.save()
                    saved()
                    kept, newest = monotonic(), self.step
        finally:
            with whole_step():
                following.close()
                if self.step > newest and whole:
                    self.save()
        if self.step > newest:
            saved()

    def _learn(self, batch: Batch, rate: float) -> Losses:
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        pictures = batch.pictures.to(memory_format=torch.channels_last).float()
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._recipe.half):
            outputs: list[Tensor] = self.network(pictures)
        found = losses(outputs, batch.wanted, batch.counts)
        self._optimizer.zero_grad(set_to_none=True)
        loss = found.total(offset=self._recipe.offset)
        loss.backward()
        # Where the norm is infinite, clipping makes the gradient nothing, and the weights stay finite and learn no more.
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self._recipe.clip)
        self._optimizer.step()
        stay = min(self._recipe.average, (1 + self.step) / (10 + self.step))
        average = get_ema_multi_avg_fn(stay)
        average(list(self.averaged.parameters()), list(self.network.parameters()), self.step)
        self._last = [loss.detach(), norm.detach()]
        return found

    def _rate(self, spent: float) -> float:
        rise = min((self.step + 1) / max(self._recipe.warm, 1), 1.0)
        return self._recipe.rate * rise * (0.5 + 0.5 * cos(pi * spent))

    def _progress(
        self, seen: list[Losses], spent: float, rate: float, pictures: float, waited: float
    ) -> Progress:
        means = {
            part: float(torch.stack([getattr(one, part).detach() for one in seen]).mean())
            for part in ("centre", "heatmap", "offset", "regression")
        }
        total = float(torch.stack([one.total(offset=self._recipe.offset).detach() for one in seen]).mean())
        return Progress(
            self.step, self.seconds, spent, rate, total, **means, pictures=pictures, waited=waited
        )
