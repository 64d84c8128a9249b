from collections import Counter

import numpy as np
import pandas as pd
import pytest

from heartbeat.datasets import make_beats
from heartbeat.resampling import BeatAugmenter

OFF = {
    "amplitude": 0, "offset": 0, "stretch": 0, "jitter": 0, "wander": 0,
    "white_snr": None, "muscle_snr": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def beats():
    return make_beats(600, n_subjects=6, n_leads=2, context=("rr",), random_state=0, as_frame=True)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("auto", lambda n: dict.fromkeys(n, n["N"])),
        ("minority", lambda n: {**n, min(n, key=n.get): n["N"]}),
        ({"S": 77, "V": 90}, lambda n: {**n, "S": 77, "V": 90}),
        (lambda y: {"F": 50}, lambda n: {**n, "F": 50}),
    ],
)
def test_class_counts_are_as_asked(beats, strategy, expected):
    counts = Counter(beats.target)
    X, y = BeatAugmenter(strategy, random_state=0).fit_resample(beats.data, beats.target)
    assert Counter(y) == expected(counts)
    assert len(X) == len(y)


def test_ratio_of_two_classes(beats):
    two = beats.target.isin(["N", "V"]).to_numpy()
    _, y = BeatAugmenter(0.5, random_state=0).fit_resample(beats.data[two], beats.target[two])
    counts = Counter(y)
    assert counts["V"] == counts["N"] // 2


def test_frames_keep_columns_dtypes_and_first_rows(beats):
    X, y = BeatAugmenter(random_state=0).fit_resample(beats.data, beats.target)
    assert isinstance(X, pd.DataFrame) and isinstance(y, pd.Series)
    assert list(X.columns) == list(beats.data.columns)
    assert set(X.dtypes) == {np.dtype(np.float32)}
    np.testing.assert_array_equal(X[: len(beats.data)], beats.data)


def test_rows_trace_to_beats_of_their_class(beats):
    augmenter = BeatAugmenter(random_state=0)
    X, y = augmenter.fit_resample(beats.data, beats.target)
    sources = augmenter.sample_indices_
    np.testing.assert_array_equal(sources[: len(beats.data)], np.arange(len(beats.data)))
    np.testing.assert_array_equal(beats.target.to_numpy()[sources], y)
    # What was made of a beat resembles it.
    qrs = X.iloc[:, 40:90].to_numpy()
    likeness = [
        np.corrcoef(qrs[row], qrs[sources[row]])[0, 1] for row in range(len(beats.data), len(X))
    ]
    assert np.median(likeness) > 0.8


def test_everything_off_copies(beats):
    layout = {"n_leads": beats.n_leads, "n_context": beats.n_context}
    augmenter = BeatAugmenter(random_state=0, **layout, **OFF)
    X, _ = augmenter.fit_resample(beats.data.to_numpy(), beats.target)
    np.testing.assert_array_equal(X, beats.data.to_numpy()[augmenter.sample_indices_])


def test_same_seed_same_beats_and_no_global_randomness(beats):
    state = np.random.get_state()  # noqa: NPY002
    first, _ = BeatAugmenter(random_state=1).fit_resample(beats.data, beats.target)
    again, _ = BeatAugmenter(random_state=1).fit_resample(beats.data, beats.target)
    other, _ = BeatAugmenter().fit_resample(beats.data, beats.target)
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002


def test_rr_columns_follow_stretch_and_shift(beats):
    only_time = {**OFF, "stretch": 0.2, "jitter": 0.03}
    augmenter = BeatAugmenter(random_state=0, **only_time)
    X, _ = augmenter.fit_resample(beats.data, beats.target)
    new = slice(len(beats.data), None)
    old = beats.data.iloc[augmenter.sample_indices_[new]].reset_index(drop=True)
    X = X.iloc[new].reset_index(drop=True)
    factor = X["rr_prev2_s"] / old["rr_prev2_s"]  # far from R: stretched and nothing else
    assert factor.min() >= 1 / 1.2 - 1e-5 and factor.max() <= 1.2 + 1e-5 and factor.std() > 0.05
    # From R to R: 0.10 s and 0.12 s of QRS keep their length, the rest is stretched, R is shifted.
    after = X["rr_next_s"] - 0.12 - factor * (old["rr_next_s"] - 0.12)
    before = 0.10 + factor * (old["rr_prev_s"] - 0.10) - X["rr_prev_s"]
    np.testing.assert_allclose(after, before, atol=1e-5)  # the shift, in seconds
    assert after.abs().max() <= 0.032 + 1e-5
    np.testing.assert_allclose(after * 125, np.rint(after * 125), atol=1e-3)
    for ratio in ("rr_prematurity", "rr_log_next_over_prev", "rr_compensation"):
        np.testing.assert_array_equal(X[ratio], old[ratio])


def test_next_r_in_the_waveform_is_where_the_context_says():
    # A lone spike stands for the next R; it must move as rr_next_s does.
    X = np.zeros((40, 188))
    X[:, 62], X[:, 62 + 90], X[:, 187] = 1, 0.8, 90 / 125
    y = np.repeat(["N", "S"], [39, 1])
    augmenter = BeatAugmenter(
        random_state=0, n_context=1, context_names=["rr_next_s"],
        **{**OFF, "stretch": 0.15, "jitter": 0.02},
    )  # fmt: skip
    new, _ = augmenter.fit_resample(X, y)
    new = new[40:]
    found = new[:, 100:187].argmax(1) + 100 - 62  # from where R is marked
    np.testing.assert_allclose(found, new[:, 187] * 125, atol=1)
    assert np.ptp(found) > 10


def test_unnamed_context_stays():
    X = np.random.default_rng(0).normal(size=(20, 190))
    y = np.repeat(["N", "S"], [15, 5])
    augmenter = BeatAugmenter(random_state=0, n_context=3)
    new, _ = augmenter.fit_resample(X, y)
    np.testing.assert_array_equal(new[:, 187:], X[augmenter.sample_indices_, 187:])
    with pytest.raises(ValueError, match="context_names must hold a name .*got 1"):
        BeatAugmenter(n_context=3, context_names=["rr_prev_s"]).fit_resample(X, y)


def test_subjects_can_be_drawn_evenly(beats):
    X, y = beats.data.to_numpy(), beats.target.to_numpy()
    groups = np.where(np.arange(len(y)) % 10 == 0, "few", "many")
    layout = {"n_leads": beats.n_leads, "n_context": beats.n_context}
    augmenter = BeatAugmenter({"N": 3000}, sources="subjects", random_state=0, **layout, **OFF)
    augmenter.fit_resample(X, y, groups=groups)
    drawn = groups[augmenter.sample_indices_[len(y) :]]
    assert 0.45 < np.mean(drawn == "few") < 0.55
    assert len(set(augmenter.sample_indices_[len(y) :])) > 0.9 * np.sum(y == "N")
    with pytest.raises(ValueError, match="groups"):
        augmenter.fit_resample(X, y)


def test_augments_arrays_and_tensors_on_the_fly(beats):
    torch = pytest.importorskip("torch")
    augmenter = BeatAugmenter(n_leads=2, n_context=16)
    X = beats.data.to_numpy()[:32].copy()
    changed = augmenter.augment(X, random_state=0)
    assert changed.shape == X.shape and changed.dtype == X.dtype
    tensor = augmenter.augment(torch.from_numpy(X), random_state=torch.Generator().manual_seed(0))
    assert isinstance(tensor, torch.Tensor) and tuple(tensor.shape) == X.shape


def test_every_change_at_once(beats):
    augmenter = BeatAugmenter(
        random_state=0, qrs_stretch=0.1, mains_snr=20, electrode_snr=(6, 12), lead_dropout=0.2,
        electrode_noise=np.random.default_rng(0).normal(size=(1000, 2)), polarity=0.1,
    )  # fmt: skip
    X, _ = augmenter.fit_resample(beats.data, beats.target)
    assert np.isfinite(X.to_numpy()).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"stretch": 0.5}, "stretch"),
        ({"qrs_stretch": 0.5}, "qrs_stretch"),
        ({"white_snr": (40, 20)}, "white_snr"),
        ({"electrode_snr": 6}, "electrode_noise"),
        ({"n_leads": 4}, "n_leads"),
    ],
)
def test_bad_parameters_are_named(beats, parameters, message):
    with pytest.raises(ValueError, match=message):
        BeatAugmenter(**parameters).fit_resample(beats.data, beats.target)


def test_groups_of_another_length_raise(beats):
    with pytest.raises(ValueError, match="600 beats"):
        BeatAugmenter().fit_resample(beats.data, beats.target, groups=["a"] * 5)


@pytest.mark.realdata
def test_real_beats_keep_their_class(mitdb):
    """A forest that knows real beats calls augmented ones by the same name."""
    from sklearn.ensemble import ExtraTreesClassifier

    from heartbeat.datasets import load_beats

    beats = load_beats("mitdb", data_home=mitdb.parent, records=["208", "119"], cache=False)
    X, y = beats.data, beats.target
    known = np.isin(y, ["N", "V", "F"])
    X, y = X[known], y[known]
    forest = ExtraTreesClassifier(30, min_samples_leaf=2, random_state=0).fit(X[::2], y[::2])
    augmenter = BeatAugmenter({"V": 3000}, random_state=0)
    X_more, y_more = augmenter.fit_resample(X[1::2], y[1::2])
    n = len(X[1::2])
    plain = forest.score(X[1::2][y[1::2] == "V"], y[1::2][y[1::2] == "V"])
    assert forest.score(X_more[n:], y_more[n:]) > plain - 0.05
