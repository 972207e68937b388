"""LivenessService over gRPC."""

import time

import grpc
import numpy as np
from ekyc.v1.face_pb2 import CropGeometry, StageTiming
from ekyc.v1.liveness_pb2 import Band, Model, ScoreRequest, ScoreResponse
from ekyc.v1.liveness_pb2_grpc import LivenessServiceServicer
from ekyc_chassis.errors import EkycError

from ekyc_liveness.bundle import BandName, Manifest
from ekyc_liveness.session import Session

BANDS: dict[BandName, "Band.ValueType"] = {
    "live": Band.BAND_LIVE,
    "uncertain": Band.BAND_UNCERTAIN,
    "spoof": Band.BAND_SPOOF,
}


class LivenessServicer(LivenessServiceServicer):
    """Scores one crop a call."""

    def __init__(self, manifest: Manifest, session: Session) -> None:
        """Serve a loaded model."""
        self._session = session
        self._thresholds = manifest.thresholds
        self._model = Model(version=manifest.version, sha256=manifest.sha256)
        self._geometry = CropGeometry(**manifest.geometry.model_dump())

    def Score(self, request: ScoreRequest, context: grpc.ServicerContext) -> ScoreResponse:  # noqa: N802 - gRPC's name
        """Answer with the probability and its band.

        Raises:
            EkycError: crop_geometry_mismatch, or crop_invalid where the bytes do not fill the square.
        """
        del context
        if request.crop.geometry != self._geometry:
            raise EkycError("crop_geometry_mismatch")
        if len(request.crop.rgb) != int(np.prod(self._session.shape)):
            raise EkycError("crop_invalid")
        start = time.perf_counter()
        probability = self._session.run(np.frombuffer(request.crop.rgb, np.uint8))
        milliseconds = (time.perf_counter() - start) * 1000
        return ScoreResponse(
            live_probability=probability,
            band=BANDS[self._thresholds.band(probability)],
            model=self._model,
            timings=[StageTiming(stage="inference", milliseconds=milliseconds)],
        )
