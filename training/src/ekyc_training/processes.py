"""The processes of a run: one, or as many as `torchrun` started."""

import os

import torch
from torch import distributed


class Processes:
    """This process among those of the run.

    Attributes:
        rank: Its number, from 0.
        world: How many there are.
        device: Where it computes: its own GPU, or the CPU.
    """

    def __init__(self) -> None:
        """Join the others, where `torchrun` says that there are any."""
        self.world = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        local = int(os.environ.get("LOCAL_RANK", "0"))
        self.device = torch.device("cuda", local) if torch.cuda.is_available() else torch.device("cpu")
        if self.world > 1:
            distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    @property
    def first(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0

    def close(self) -> None:
        """Wait for the others and leave."""
        if self.world > 1:
            distributed.barrier()
            distributed.destroy_process_group()
