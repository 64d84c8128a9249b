import numpy as np
import pytest

from heartbeat.detection._envelopes import BANDS, ENVELOPE_REACH_S, envelopes


@pytest.mark.parametrize("n_leads", [1, 2])
def test_a_part_is_as_in_the_whole(n_leads):
    fs, n_samples = 125.0, 4000
    leads = np.random.default_rng(0).normal(size=(n_leads, n_samples)).cumsum(axis=1)
    whole = envelopes(leads, fs)
    reach = int(np.ceil(ENVELOPE_REACH_S * fs))
    part = envelopes(leads[:, 333:3333], fs)
    for band in BANDS:
        expected = whole.level[band][333 + reach : 3333 - reach]
        # Some processors round a sum differently at another place in a convolution.
        np.testing.assert_allclose(part.level[band][reach:-reach], expected, rtol=1e-5)


@pytest.mark.parametrize("level", [0.0, -3.3, 1e9])
def test_a_level_is_nothing(level):
    found = envelopes(np.full((2, 500), level), 125.0)
    assert not any(values.any() for values in found.level.values())
    assert not found.by_lead.any()


def test_a_slow_and_a_fast_wave_show_in_their_bands():
    t = np.arange(1250) / 125
    for hz, band in ((5, "slow"), (14, "qrs"), (26, "fast")):
        level = envelopes(np.sin(2 * np.pi * hz * t)[np.newaxis], 125.0).level
        middle = {name: float(values[400:-400].mean()) for name, values in level.items()}
        assert max(middle, key=middle.get) == band
        np.testing.assert_allclose(middle[band], np.sqrt(0.5), rtol=0.1)


def test_a_lead_of_which_nothing_is_known_does_not_count():
    leads = np.random.default_rng(0).normal(size=(2, 2000))
    valid = np.ones(leads.shape, dtype=bool)
    valid[1, 500:1500] = False
    found = envelopes(leads, 125.0, valid)
    inside = slice(500, 1500)
    assert not found.by_lead[1, inside].any()
    np.testing.assert_array_equal(found.level["qrs"][inside], found.by_lead[0, inside])
