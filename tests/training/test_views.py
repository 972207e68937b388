"""What the network sees: simulated attacks, disturbed colours, chroma planes."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from ekyc_training.attacks import SPECIES, simulate
from ekyc_training.augment import augment, lab_statistics, restyle
from ekyc_training.config import Augment, Network
from ekyc_training.drawn import face
from ekyc_training.model import LivenessNet, hue_and_saturation, normalise
from numpy.typing import NDArray

from tests.pictures import Rgb, astronaut

CROP = np.ascontiguousarray(astronaut()[60:188, 170:298])
STEPS = {step.__name__: step for steps in SPECIES.values() for step, _ in steps}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_of_an_attack_shows_and_leaves_the_face(step: Callable[[Rgb, np.random.Generator], Rgb]) -> None:
    for seed in range(20):
        out = step(CROP, np.random.default_rng(seed))
        assert out.shape == CROP.shape
        assert out.dtype == np.uint8
        assert np.abs(out.astype(int) - CROP).mean() > 0.2
        like = np.corrcoef(out.mean(2).ravel(), CROP.mean(2).ravel())[0, 1]
        assert like > 0.45, f"seed {seed}: a face is hardly left"


def test_a_simulated_attack_is_decided_by_its_seed() -> None:
    one, again, other = (simulate(CROP, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert not any(np.array_equal(simulate(CROP, np.random.default_rng(seed)), CROP) for seed in range(50))


def test_restyle_brings_the_colours_of_another_picture() -> None:
    blue = (CROP * np.array([0.4, 0.6, 1.0])).astype(np.uint8)
    wanted = lab_statistics(blue)
    out = lab_statistics(restyle(CROP, wanted, 1.0))
    np.testing.assert_allclose(out[0], wanted[0], atol=4)
    np.testing.assert_allclose(lab_statistics(restyle(CROP, wanted, 0.0)), lab_statistics(CROP), atol=1.5)


def test_augment_leaves_its_input_alone() -> None:
    before = CROP.copy()
    every = Augment(**(dict.fromkeys(Augment.model_fields, 1.0) | {"plain": 0.0}))
    palette: NDArray[np.float32] = lab_statistics(CROP)[None]
    out = augment(CROP, every, np.random.default_rng(0), palette)
    np.testing.assert_array_equal(CROP, before)
    assert out.shape == CROP.shape


def test_a_plain_view_is_the_same_view_in_its_own_light_and_colours() -> None:
    every = Augment(**(dict.fromkeys(Augment.model_fields, 1.0) | {"grey": 0.0, "noise": 0.0, "jpeg": 0.0}))
    palette: NDArray[np.float32] = lab_statistics(CROP)[None]
    disturbed, uncoloured = (
        every.model_copy(update={"plain": 0.0} | dict.fromkeys(names, 0.0))
        for names in ((), ("restyle", "gamma", "colour"))
    )
    for seed in range(5):
        plain = augment(CROP, every, np.random.default_rng(seed), palette)
        np.testing.assert_array_equal(plain, augment(CROP, uncoloured, np.random.default_rng(seed), palette))
        assert not np.array_equal(plain, augment(CROP, disturbed, np.random.default_rng(seed), palette))


def test_hue_is_a_vector_and_grey_has_none() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [128, 128, 128], [255, 255, 255]]], np.uint8)
    saturation, x, y = hue_and_saturation(normalise(torch.from_numpy(colours[None])))[0, :, 0].numpy()
    np.testing.assert_allclose(saturation, [1, 1, 0, 0], atol=0.01)
    np.testing.assert_allclose(np.degrees(np.arctan2(y[:2], x[:2])), [0, 120], atol=0.5)
    np.testing.assert_allclose([x[2:], y[2:]], 0, atol=0.01)


@pytest.mark.parametrize("chroma", ["none", "ycbcr", "hsv"])
@pytest.mark.parametrize("backbone", ["tf_mobilenetv3_small_075", "mobilenetv2_050", "efficientnet_lite0", "resnet10t"])
def test_any_backbone_starts_as_its_own_function_and_folds_exactly(backbone: str, chroma: str) -> None:
    torch.manual_seed(0)
    net = LivenessNet(Network(backbone=backbone, chroma=chroma), species=3).eval()  # type: ignore[arg-type]
    rgb = normalise(torch.from_numpy(np.stack([CROP, face(np.random.default_rng(0))[:128, :128]])))
    plain = net.answer(rgb)
    assert plain.species is not None
    assert plain.species.shape == (2, 3)
    stem = net.backbone.get_submodule(net.stem)
    with torch.no_grad():
        stem.weight[:, 3:] += 0.05
        changed = net.answer(rgb).live
        assert (chroma == "none") == torch.allclose(plain.live, changed, atol=1e-6)
        net.fold_chroma()
        torch.testing.assert_close(net.answer(rgb).live, changed, atol=1e-4, rtol=1e-4)
    assert stem.weight.shape[1] == {"none": 3, "ycbcr": 5, "hsv": 6}[chroma] or chroma == "ycbcr"
