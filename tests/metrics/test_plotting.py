import builtins
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import AAMIReportDisplay, GroupConfusionDisplay
from heartbeat.metrics._plotting import CLASS_COLORS, SCORE_STYLES

# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def as_seen(color, vision):
    """Return CIE Lab coordinates of a colour as an eye sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(VISIONS[vision]) @ linear, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(
    "colors",
    [list(CLASS_COLORS.values()), [color for color, _ in SCORE_STYLES.values()]],
    ids=["classes", "scores"],
)
def test_colours_are_told_apart(colors, vision):
    for one, other in combinations(colors, 2):
        # A difference of 2.3 is just noticeable.
        assert np.linalg.norm(as_seen(one, vision) - as_seen(other, vision)) > 15


def test_every_class_has_a_colour_and_every_score_a_shape():
    assert tuple(CLASS_COLORS) == AAMI_CLASSES
    assert len({marker for _, marker in SCORE_STYLES.values()}) == len(SCORE_STYLES)


def test_axes_that_cannot_be_divided_are_refused():
    ax = Figure().add_axes([0.1, 0.1, 0.8, 0.8])
    with pytest.raises(ValueError, match="figure.add_subplot"):
        GroupConfusionDisplay.from_predictions(["N"], ["N"], groups=["100"], ax=ax)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real_import = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'heartbeat-ecg\[plot\]'"):
        AAMIReportDisplay.from_predictions(["N"], ["N"])
