"""Leave-one-source-out: train without a source, test on all of it. What a model is worth on cameras it never saw."""

import json
from pathlib import Path
from typing import Any

from ekyc_training.config import Config
from ekyc_training.crops import Crops
from ekyc_training.inference import logits_of
from ekyc_training.metrics import auc, eer
from ekyc_training.model import read_net
from ekyc_training.rows import DataError
from ekyc_training.run import write_json
from ekyc_training.train import train


def without(config: Config, source: str) -> Config:
    """Return the settings of the run that never sees a source."""
    sampling = config.sampling.model_copy(update={"leave_out": (source,)})
    return config.model_copy(update={"name": f"{config.name}-without-{source}", "sampling": sampling})


def leave_one_out(
    config: Config,
    crops: Crops,
    runs: Path,
    sources: list[str],
    *,
    threads: int = 1,
) -> dict[str, Any]:
    """Train once a source and judge each run on every picture of the source it never saw.

    Args:
        config: The recipe.
        crops: Every split.
        runs: Parent of the runs' folders; runs that are there are taken up.
        sources: To leave out, one after the other; empty means all.
        threads: Of torch.

    Returns:
        What was done in words, and AUC and EER by source; also written to ``runs/<name>-left-out.json``.

    Raises:
        DataError: The recipe has teachers that have seen what is left out: any but the MiniFASNet pair.
    """
    if any(teacher.kind != "minifasnet" for teacher in config.distil.teachers):
        raise DataError("teachers have seen the source that is left out: leave out with a recipe that has none")
    known = sorted({row.source for row in crops.rows})
    results: dict[str, Any] = {}
    for source in sources or known:
        if source not in known:
            raise DataError(f"there is no source {source}, only {', '.join(known)}")
        alone = without(config, source)
        weights = train(alone, crops.split("train"), crops.split("dev"), runs / alone.name, threads=threads)
        unseen = crops.of(source).with_face()
        logits = logits_of(read_net(weights, config.network), unseen)
        results[source] = {"auc": auc(unseen.live, logits), "eer": eer(unseen.live, logits)[0], "n": len(unseen)}
        print(f"without {source}: {json.dumps(results[source])}")  # noqa: T201 - the command's output
    taught = "".join(f", taught by {teacher.folder.name}" for teacher in config.distil.teachers)
    what = (
        f"Recipe {config.name}, seed {config.seed}, {config.schedule.steps} steps{taught}: trained without the source, "
        "tested on all of its pictures with a face."
    )
    answer = {"what": what, "sources": results}
    write_json(runs / f"{config.name}-left-out.json", answer)
    return answer
