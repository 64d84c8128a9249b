import numpy as np
import pytest

from heartbeat.features import RandomConvolutionFeatures
from heartbeat.features._kernels import KERNELS, LIMIT, choose_dilations, convolve, n_padding


def make_beats(n_beats=30, n_times=187, seed=0):
    return np.random.default_rng(seed).normal(size=(n_beats, n_times)).astype(np.float32)


def proportion_by_definition(signal, kernel, dilation, threshold, padded):
    """One feature of one beat, straight from the definition."""
    weights = np.full(9, -1)
    weights[list(kernel)] = 2
    margin = n_padding(dilation)
    around = np.pad(signal.astype(int), margin)
    output = np.array(
        [
            sum(weights * around[start : start + 8 * dilation + 1 : dilation])
            for start in range(len(signal))
        ]
    )
    if not padded and len(signal) > 2 * margin:
        output = output[margin:-margin]
    return np.mean(output > threshold)


@pytest.mark.parametrize("n_times", [5, 40, 187, 600])
def test_features_are_what_the_definition_says(n_times):
    X = make_beats(12, n_times)
    rocket = RandomConvolutionFeatures(84 * 7, random_state=1).fit(X)
    features = rocket.transform(X)
    steps = np.rint((X[3] - rocket.center_[0]) * rocket.scale_[0]).clip(-LIMIT, LIMIT)
    first = 0
    for number, (dilation, n) in enumerate(zip(rocket.dilations_, rocket._n_each, strict=True)):
        for k, kernel in enumerate(KERNELS):
            for column in range(first, first + n) if k % 10 == 0 else ():
                expected = proportion_by_definition(
                    steps, kernel, dilation, rocket.thresholds_[column], (number + k) % 2 == 0
                )
                assert features[3, column] == pytest.approx(expected)
            first += n
    assert first == features.shape[1] == 84 * 7


def test_greatest_signals_do_not_overflow():
    signal = np.full((187 + 8, 8), -LIMIT, dtype=np.int16)
    for k in (0, 4, 8):
        signal[k::9] = LIMIT
    greatest = max(int(out.max()) for out in convolve([signal] * 7, 1, 187, 0))
    assert greatest == 12 * LIMIT <= np.iinfo(np.int16).max


@pytest.mark.parametrize("n_times", [1, 8, 9, 50, 187, 1200])
@pytest.mark.parametrize("n_per_kernel", [1, 5, 119])
def test_dilations_fit_the_beat_and_share_all_features(n_times, n_per_kernel):
    dilations, n_each = choose_dilations(n_times, n_per_kernel, 32)
    assert n_each.sum() == n_per_kernel and (n_each > 0).all()
    assert dilations.max() == 1 or 8 * dilations.max() + 1 <= n_times


def test_same_seed_same_features_and_another_seed_others():
    X = make_beats()
    same = [RandomConvolutionFeatures(168, random_state=0).fit_transform(X) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    other = RandomConvolutionFeatures(168, random_state=1).fit_transform(X)
    assert not np.array_equal(same[0], other)


def test_fresh_entropy_is_not_the_global_generators():
    state = np.random.get_state()  # noqa: NPY002
    drawn = [RandomConvolutionFeatures(168).fit(make_beats()).thresholds_ for _ in range(2)]
    assert not np.array_equal(*drawn)
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002


def test_bit_for_bit_alone_or_among_others_and_on_any_number_of_threads():
    X = make_beats(2500, 90)
    rocket = RandomConvolutionFeatures(168, random_state=0).fit(X)
    features = rocket.transform(X)
    np.testing.assert_array_equal(rocket.set_params(n_jobs=2).transform(X), features)
    np.testing.assert_array_equal(rocket.transform(X[1700:1701])[0], features[1700])


@pytest.mark.parametrize(("gain", "offset"), [(4.0, 0.0), (0.125, 0.0), (1.0, 8.0), (256.0, -64)])
def test_a_common_gain_and_offset_do_not_matter(gain, offset):
    X = np.round(make_beats(), 3).astype(np.float64)
    features = RandomConvolutionFeatures(840, random_state=0).fit_transform(X)
    moved = RandomConvolutionFeatures(840, random_state=0).fit_transform(gain * X + offset)
    # Rounding to integer steps may differ where a value lies halfway between two.
    assert np.mean(np.abs(moved - features) > 1e-6) < 0.01


def test_features_are_proportions():
    features = RandomConvolutionFeatures(840, random_state=0).fit_transform(make_beats())
    assert features.dtype == np.float32
    assert features.min() >= 0 and features.max() <= 1
    assert 0.3 < features.mean() < 0.7


def test_an_artefact_saturates_and_leaves_the_resolution_of_the_rest():
    X = make_beats(2000, 60)
    scale = RandomConvolutionFeatures(84, random_state=0).fit(X).scale_
    X[0, :10] = 1e6
    spoilt = RandomConvolutionFeatures(84, random_state=0).fit(X)
    assert spoilt.scale_ == pytest.approx(scale, rel=0.1)
    assert np.isfinite(spoilt.transform(X)).all()


def test_several_leads_are_combined_and_named():
    X = make_beats(30, 3 * 60)
    rocket = RandomConvolutionFeatures(840, random_state=0, n_leads=3).fit(X)
    names = rocket.get_feature_names_out()
    assert len(names) == len(set(names)) == 840
    used = {name.split("_ppv")[0] for name in names}
    assert {"lead0", "lead1", "lead2"} <= used and any("+" in leads for leads in used)
    changed = X.copy()
    changed[:, 120:] = 0
    differs = (rocket.transform(changed) != rocket.transform(X)).any(axis=0)
    assert not any("lead2" not in name for name in names[differs])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_features": 83}, "n_features must be an integer >= 84, got 83"),
        ({"n_features": 1e4}, "n_features must be an integer >= 84, got 10000.0"),
        ({"max_dilations": 0}, "max_dilations must be an integer >= 1, got 0"),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        RandomConvolutionFeatures(**params).fit(make_beats())
