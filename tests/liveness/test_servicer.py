"""LivenessService over a real wire."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import grpc
import numpy as np
import pytest
from ekyc.v1.face_pb2 import CropGeometry, FaceCrop
from ekyc.v1.liveness_pb2 import Band, ScoreRequest
from ekyc.v1.liveness_pb2_grpc import LivenessServiceStub, add_LivenessServiceServicer_to_server
from ekyc_chassis.errors import reason_of
from ekyc_chassis.server import Server
from ekyc_chassis.settings import ProcessSettings
from ekyc_liveness.bundle import Thresholds, open_bundle
from ekyc_liveness.servicer import LivenessServicer
from ekyc_liveness.session import Session
from hypothesis import given
from hypothesis import strategies as st

from tests.liveness.bundles import SIZE, write_bundle

GEOMETRY = CropGeometry(name="mesh-square", version=1, size=SIZE, margin=1.2)


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivenessServiceStub]:
    bundle = open_bundle(write_bundle(tmp_path_factory.mktemp("bundle") / Path("brightness")))
    servicer = LivenessServicer(bundle.manifest, Session(bundle, provider="cpu"))
    register = partial(add_LivenessServiceServicer_to_server, servicer)
    server = Server("ekyc.v1.LivenessService", register, ProcessSettings(port=0, drain_seconds=1), concurrency=4)
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield LivenessServiceStub(channel)
    server.stop()


def crop(value: int, **geometry: object) -> ScoreRequest:
    wire = CropGeometry()
    wire.CopyFrom(GEOMETRY)
    for name, setting in geometry.items():
        setattr(wire, name, setting)
    return ScoreRequest(crop=FaceCrop(geometry=wire, rgb=np.full((SIZE, SIZE, 3), value, np.uint8).tobytes()))


@pytest.mark.parametrize(("value", "band"), [(0, Band.BAND_SPOOF), (150, Band.BAND_UNCERTAIN), (250, Band.BAND_LIVE)])
def test_a_crop_is_scored_and_put_in_its_band(stub: LivenessServiceStub, value: int, band: "Band.ValueType") -> None:
    answer = stub.Score(crop(value), timeout=5)
    assert answer.live_probability == pytest.approx(value / 255, abs=1e-3)
    assert answer.band == band
    assert answer.model.version == "brightness-1"
    assert len(answer.model.sha256) == 64
    assert [timing.stage for timing in answer.timings] == ["inference"]


@pytest.mark.parametrize("other", [{"name": "box"}, {"version": 2}, {"size": SIZE + 1}, {"margin": 1.3}])
def test_a_crop_of_another_geometry_is_refused(stub: LivenessServiceStub, other: dict[str, object]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Score(crop(100, **other), timeout=5)
    assert reason_of(caught.value) == "crop_geometry_mismatch"
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize("size", [0, SIZE * SIZE * 3 - 1, SIZE * SIZE * 3 + 1])
def test_pixels_that_do_not_fill_the_square_are_refused(stub: LivenessServiceStub, size: int) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.Score(ScoreRequest(crop=FaceCrop(geometry=GEOMETRY, rgb=bytes(size))), timeout=5)
    assert reason_of(caught.value) == "crop_invalid"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_bands_partition_the_probabilities(probability: float, one: float, other: float) -> None:
    thresholds = Thresholds(live=max(one, other), spoof=min(one, other), rule="any")
    band = thresholds.band(probability)
    assert (band == "live") == (probability >= thresholds.live)
    assert (band == "spoof") == (probability < thresholds.spoof)
