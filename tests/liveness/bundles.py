"""Small real graphs: P(live) is the mean brightness of the crop."""

from datetime import date
from pathlib import Path

import onnx
from ekyc_liveness.bundle import Calibration, Geometry, Manifest, Provenance, Thresholds, sha256_of
from onnx import TensorProto, helper

SIZE = 32


def brightness_graph(*, scale: float = 1 / 255, input_name: str = "rgb") -> onnx.ModelProto:
    """Return uint8 [1, SIZE, SIZE, 3] -> float32 [1], the mean times ``scale``."""
    weights = [scale / SIZE**2 / 3] * (3 * SIZE**2)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", [input_name], ["float"], to=TensorProto.FLOAT),
            helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
            helper.make_node("Conv", ["planes", "weights"], ["mean"]),
            helper.make_node("Reshape", ["mean", "shape"], ["live_probability"]),
        ],
        "brightness",
        [helper.make_tensor_value_info(input_name, TensorProto.UINT8, [1, SIZE, SIZE, 3])],
        [helper.make_tensor_value_info("live_probability", TensorProto.FLOAT, [1])],
        [
            helper.make_tensor("weights", TensorProto.FLOAT, [1, 3, SIZE, SIZE], weights),
            helper.make_tensor("shape", TensorProto.INT64, [1], [1]),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_bundle(folder: Path, graph: onnx.ModelProto | None = None, *, purpose: str = "test") -> Path:
    """Write a bundle that `open_bundle` accepts and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph or brightness_graph(), folder / "model.onnx")
    manifest = Manifest.model_validate(
        {
            "version": "brightness-1",
            "sha256": sha256_of(folder / "model.onnx"),
            "precision": "fp32",
            "purpose": purpose,
            "geometry": Geometry(name="mesh-square", version=1, size=SIZE, margin=1.2),
            "thresholds": Thresholds(live=0.8, spoof=0.4, rule="made up"),
            "calibration": Calibration(method="none"),
            "metrics": {},
            "provenance": Provenance(
                created=date(2026, 1, 1),
                git_revision="0" * 40,
                config={},
                data="none",
                data_terms="none",
                train_list_sha256="0" * 64,
                dev_list_sha256="0" * 64,
            ),
        }
    )
    (folder / "bundle.json").write_text(manifest.model_dump_json(indent=2))
    return folder
