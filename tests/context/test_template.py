import numpy as np
import pytest

from heartbeat.context import BeatSequence, compute_context, context_feature_names

N = 60
T = (np.arange(100) - 37) / 125.0


def beat(p=0.15, qrs=1.0, width=0.012, t=0.3):
    return (
        p * np.exp(-0.5 * ((T + 0.16) / 0.02) ** 2)
        + qrs * np.exp(-0.5 * (T / width) ** 2)
        + t * np.exp(-0.5 * ((T - 0.3) / 0.04) ** 2)
    )


def columns(waveforms, block):
    waveforms = np.asarray(waveforms, dtype=np.float32)
    if waveforms.ndim == 2:
        waveforms = waveforms[:, None]
    times = 0.8 * np.arange(len(waveforms))
    values = compute_context(BeatSequence(times, waveforms, 125.0, 37), block)
    return dict(zip(context_feature_names(block), values.T, strict=True))


BLOCKS = {"template": "_around10", "template_causal": "_last12", "template_record": ""}


@pytest.mark.parametrize(("block", "reference"), BLOCKS.items())
def test_a_wide_beat_stands_out(block, reference):
    waveforms = np.stack([beat()] * N)
    waveforms[30] = beat(p=0, qrs=-1.4, width=0.04, t=-0.4)
    found = columns(waveforms, block)
    correlation = found[f"{block}_qrs_corr{reference}"]
    assert correlation[30] < -0.4
    assert np.delete(correlation, 30).min() > 0.999
    assert found[f"{block}_qrs_distance{reference}"][30] > 1
    assert found[f"{block}_log_qrs_size{reference}"][30] > 0.3
    assert found[f"{block}_t_corr{reference}"][30] < -0.4


@pytest.mark.parametrize(("block", "reference"), BLOCKS.items())
def test_a_missing_p_wave_is_seen(block, reference):
    waveforms = np.stack([beat()] * N)
    waveforms[30] = beat(p=0)
    found = columns(waveforms, block)
    energy = found[f"{block}_p_energy"]
    assert energy[30] < 0.2 * energy[29]
    assert found[f"{block}_p_distance{reference}"][30] > found[f"{block}_p_distance{reference}"][29]


def test_medians_of_neighbours_are_numpys():
    rng = np.random.default_rng(0)
    waveforms = (beat() + 0.2 * rng.normal(size=(N, 100))).astype(np.float32)
    found = columns(waveforms, "template")
    i = 30
    qrs = slice(37 - 12, 37 + 15 + 1)
    x = np.linspace(-1, 1, qrs.stop - qrs.start)
    flat = np.stack([w - np.polyval(np.polyfit(x, w, 1), x) for w in waveforms[:, qrs]])
    last = np.median(flat[i - 12 : i], axis=0)
    around = np.median(np.delete(flat[i - 10 : i + 11], 10, axis=0), axis=0)
    for reference, name in ((last, "last12"), (around, "around10")):
        cosine = flat[i] @ reference / np.linalg.norm(flat[i]) / np.linalg.norm(reference)
        distance = np.linalg.norm(flat[i] - reference) / np.linalg.norm(reference)
        assert found[f"template_qrs_corr_{name}"][i] == pytest.approx(cosine, abs=1e-5)
        assert found[f"template_qrs_distance_{name}"][i] == pytest.approx(distance, abs=1e-5)


def test_the_dominant_beat_is_that_of_the_majority():
    waveforms = np.stack([beat()] * 35 + [beat(qrs=-1.4, width=0.04)] * 25)
    found = columns(waveforms[np.random.default_rng(0).permutation(N)], "template_record")
    assert (found["template_record_qrs_corr"] > 0.999).sum() == 35


def test_flat_beats_have_no_likeness():
    found = columns(np.full((20, 100), 7.7), "template")
    assert found["template_qrs_corr_last12"].tolist() == [0.0] * 20
    assert found["template_qrs_distance_last12"].tolist() == [0.0] * 20
    assert found["template_log_qrs_size_around10"].tolist() == [0.0] * 20


def test_order_of_leads_is_nothing():
    rng = np.random.default_rng(1)
    waveforms = beat() + 0.3 * rng.normal(size=(N, 2, 100))
    for block in BLOCKS:
        one, other = columns(waveforms, block), columns(waveforms[:, ::-1], block)
        for name in one:
            np.testing.assert_allclose(one[name], other[name], atol=1e-5)
