"""How a run went: `history.csv` and TensorBoard events."""

from pathlib import Path
from typing import NamedTuple

from torch.utils.tensorboard import SummaryWriter


class Look(NamedTuple):
    """One look at dev.

    Attributes:
        step: Steps taken.
        loss: Mean over the steps since the last look.
        dev_auc: Of the averaged weights.
        dev_eer: Of the averaged weights.
        images_per_s: Since the run was started or taken up.
    """

    step: int
    loss: float
    dev_auc: float
    dev_eer: float
    images_per_s: float

    def shown(self) -> dict[str, str]:
        """Return what a progress bar shows."""
        return {
            "loss": f"{self.loss:.3f}", "dev_auc": f"{self.dev_auc:.4f}", "dev_eer": f"{self.dev_eer:.3f}",
            "images/s": f"{self.images_per_s:.0f}",
        }  # fmt: skip


class History:
    """Writes looks as they come."""

    def __init__(self, run: Path, looks: list[Look], *, enabled: bool) -> None:
        """Begin with the looks of a run that is taken up: what was written after its checkpoint is dropped.

        Args:
            run: The run's folder.
            looks: Taken so far.
            enabled: False in all but the first of many processes.
        """
        self._path = run / "history.csv"
        self._enabled = enabled
        if not enabled:
            return
        self._path.write_text(",".join(Look._fields) + "\n" + "".join(map(line, looks)), encoding="utf-8")
        after = looks[-1].step + 1 if looks else 0
        self._events = SummaryWriter(str(run), purge_step=after)

    def add(self, look: Look) -> None:
        """Write a look."""
        if not self._enabled:
            return
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line(look))
        for name, value in look._asdict().items():
            if name != "step":
                self._events.add_scalar(name, value, look.step)
        self._events.flush()

    def close(self) -> None:
        """Close the events' file."""
        if self._enabled:
            self._events.close()


def line(look: Look) -> str:
    """Return a line of the CSV."""
    return f"{look.step},{look.loss:.4f},{look.dev_auc:.4f},{look.dev_eer:.4f},{look.images_per_s:.0f}\n"
