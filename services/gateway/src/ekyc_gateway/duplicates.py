"""Has this picture been sent before? The same file again, or a copy of it, is a replayed upload."""

import json
from collections.abc import Iterator

from ekyc_gateway.metrics import Metrics
from ekyc_gateway.shared import SharedError, SharedFacts

BANDS = 4
BAND_BITS = 16
MOST_BITS = BANDS - 1
"""Copies differ in at most so many bits, so that they agree in one of four bands: a lookup, not a search."""
MOST_IN_A_BAND = 16


class Duplicates:
    """Pictures of a client within a window, by digest and by perceptual hash; neither shows the picture."""

    def __init__(self, facts: SharedFacts, metrics: Metrics, seconds: float) -> None:
        """Remember pictures for so many seconds; 0 remembers none."""
        self._facts = facts
        self._metrics = metrics
        self._seconds = seconds

    async def seen(self, client: str, sha256: str, perceptual_hash: int, verification_id: str) -> str | None:
        """Return the verification that the picture was sent under before, None where there is none; remember it.

        Args:
            client: Pictures of different clients never meet.
            sha256: Of the file, hexadecimal.
            perceptual_hash: 64 bits.
            verification_id: Of this one.
        """
        if not self._seconds:
            return None
        try:
            earlier = await self._facts.get(f"picture:{client}:{sha256}")
            for name in _bands(client, perceptual_hash):
                known: list[tuple[str, str]] = json.loads(await self._facts.get(name) or "[]")
                earlier = earlier or next((other for other, bits in known if _near(bits, perceptual_hash)), None)
                known = [*known, (verification_id, f"{perceptual_hash:016x}")][-MOST_IN_A_BAND:]
                await self._facts.put(name, json.dumps(known), self._seconds)
            await self._facts.put(f"picture:{client}:{sha256}", verification_id, self._seconds)
            trace = json.dumps([sha256, perceptual_hash])
            await self._facts.put(f"trace:{client}:{verification_id}", trace, self._seconds)
        except SharedError:
            self._metrics.failed_open("duplicates")
            return None
        return earlier

    async def forget(self, client: str, verification_id: str) -> bool:
        """Forget a verification's picture; return whether it was known.

        Raises:
            SharedError: The facts are out of reach.
        """
        trace = await self._facts.get(f"trace:{client}:{verification_id}")
        if trace is None:
            return False
        sha256, perceptual_hash = json.loads(trace)
        for name in _bands(client, perceptual_hash):
            known = json.loads(await self._facts.get(name) or "[]")
            left = [entry for entry in known if entry[0] != verification_id]
            await self._facts.put(name, json.dumps(left), self._seconds)
        await self._facts.remove(f"picture:{client}:{sha256}", f"trace:{client}:{verification_id}")
        return True


def _bands(client: str, perceptual_hash: int) -> Iterator[str]:
    for band in range(BANDS):
        bits = perceptual_hash >> (band * BAND_BITS) & (2**BAND_BITS - 1)
        yield f"band:{client}:{band}:{bits:04x}"


def _near(bits: str, perceptual_hash: int) -> bool:
    return (int(bits, 16) ^ perceptual_hash).bit_count() <= MOST_BITS
