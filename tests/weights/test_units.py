import warnings

import numpy as np
import pandas as pd
import pytest

from heartbeat.neural import CNNClassifier, load_classifier
from heartbeat.weights import check_units


@pytest.fixture
def millivolts():
    return np.random.default_rng(0).normal(0, 0.3, (40, 1, 187))


@pytest.fixture
def scaled(millivolts):
    low, high = (f(axis=2, keepdims=True) for f in (millivolts.min, millivolts.max))
    return (millivolts - low) / (high - low)


def test_what_fits_passes(millivolts, scaled):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_units(millivolts, "mine", "centered")
        check_units(scaled[:4], "mine", "centered")  # too few to tell
        check_units(0 * millivolts, "mine", "centered")  # a lead that is off
        check_units(scaled, "mine", "kaggle")


def test_scaled_weights_refuse_voltages(millivolts):
    with pytest.raises(ValueError, match=r"'mine' need beats scaled to \[0, 1\], but these range"):
        check_units(millivolts, "mine", "kaggle")


def test_voltage_weights_warn_of_other_units(millivolts, scaled):
    with pytest.warns(UserWarning, match="as in ADC units or microvolts"):
        check_units(1000 * millivolts, "mine", "centered")
    with pytest.warns(UserWarning, match="as in volts"):
        check_units(millivolts / 1000, "mine", "centered")
    with pytest.warns(UserWarning, match="as in the Kaggle layout"):
        check_units(scaled, "mine", "centered")


def test_fine_tuning_checks_as_well(millivolts):
    y = np.repeat(["a", "b"], 20)
    model = CNNClassifier(pretrained="mitdb-ds1-kaggle", max_epochs=1)
    with pytest.raises(ValueError, match=r"segment_beats\(layout='kaggle'\)"):
        model.fit(millivolts[:, 0], y)
    with pytest.warns(UserWarning, match="ADC units"):
        model.set_params(pretrained="mitdb-ds1-centered").fit(1000 * millivolts[:, 0], y)


def test_prediction_warns(millivolts, scaled):
    model = load_classifier("mitdb-ds1-kaggle")
    assert model.card_.layout == "kaggle"
    kaggle, voltages = (
        pd.DataFrame(table[:, 0], columns=model.feature_names_in_) for table in (scaled, millivolts)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(kaggle)
    with pytest.warns(UserWarning, match=r"need beats scaled to \[0, 1\]"):
        model.predict(voltages)
    model.set_params(max_epochs=1).fit(voltages, np.repeat(["a", "b"], 20))
    assert not hasattr(model, "card_")
    model.predict(voltages)
