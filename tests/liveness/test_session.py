"""The session on real ONNX Runtime, in each provider that this platform has."""

import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from ekyc_liveness.bundle import Bundle, BundleError, open_bundle
from ekyc_liveness.session import PROVIDERS, Provider, ProviderError, Session

from tests.liveness.bundles import SIZE, brightness_graph, write_bundle

HERE: list[Provider] = [name for name in PROVIDERS if PROVIDERS[name] in ort.get_available_providers()]
AWAY: list[Provider] = [name for name in PROVIDERS if name not in HERE]


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return open_bundle(write_bundle(tmp_path))


@pytest.mark.parametrize("provider", HERE)
def test_a_crop_gets_the_graphs_answer(bundle: Bundle, provider: Provider) -> None:
    session = Session(bundle, provider=provider)
    session.warm_up()
    for value in (0, 51, 255):
        crop = np.full((SIZE, SIZE, 3), value, np.uint8)
        assert session.run(crop) == pytest.approx(value / 255, abs=1e-3)


@pytest.mark.skipif("openvino" not in HERE, reason="onnxruntime has no OpenVINO provider here")
@pytest.mark.parametrize(("given", "taken"), [(None, "AVX512_CORE_VNNI"), ("AVX2", "AVX2")])
def test_openvino_is_kept_off_amx_unless_the_environment_says_otherwise(
    bundle: Bundle, given: str | None, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "")  # so that what the session sets is taken back
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA")
    if given is not None:
        monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", given)
    Session(bundle, provider="openvino")
    assert os.environ["ONEDNN_MAX_CPU_ISA"] == taken


@pytest.mark.parametrize("provider", AWAY)
def test_a_provider_that_is_not_here_is_an_error_not_a_fall_back(bundle: Bundle, provider: Provider) -> None:
    with pytest.raises(ProviderError, match=PROVIDERS[provider]):
        Session(bundle, provider=provider)


def test_an_unexpected_input_is_refused(tmp_path: Path) -> None:
    bundle = open_bundle(write_bundle(tmp_path, brightness_graph(input_name="pixels")))
    with pytest.raises(BundleError, match="pixels"):
        Session(bundle, provider="cpu")


def test_a_model_that_does_not_answer_a_probability_is_found_at_warm_up(tmp_path: Path) -> None:
    bundle = open_bundle(write_bundle(tmp_path, brightness_graph(scale=1.0)))
    with pytest.raises(BundleError, match="probability"):
        Session(bundle, provider="cpu").warm_up()


def test_a_graph_that_cannot_run_is_a_provider_error(tmp_path: Path) -> None:
    graph = brightness_graph()
    graph.graph.node[2].op_type = "NoSuchOperator"
    bundle = open_bundle(write_bundle(tmp_path, graph))
    with pytest.raises(ProviderError):
        Session(bundle, provider="cpu")
