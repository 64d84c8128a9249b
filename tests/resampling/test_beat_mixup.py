from collections import Counter

import numpy as np
import pytest

from heartbeat.resampling import BeatMixup


@pytest.fixture
def beats():
    rng = np.random.default_rng(0)
    y = np.repeat(["N", "V", "F"], [120, 60, 10])
    X = rng.normal(size=(190, 189)).cumsum(1).astype(np.float32)
    groups = rng.choice(["a", "b", "c"], 190)
    groups[180:] = "a"  # one person has all fusion beats
    return X, y, groups


def test_fusion_beats_are_of_a_normal_and_a_ventricular_beat_of_one_person(beats):
    X, y, groups = beats
    mixup = BeatMixup({"F": 100}, random_state=0, n_context=2)
    X_more, y_more = mixup.fit_resample(X, y, groups=groups)
    assert Counter(y_more) == {"N": 120, "V": 60, "F": 100}
    first, second = mixup.parents_[190:].T
    assert set(y[first]) == {"N"} and set(y[second]) == {"V"}
    np.testing.assert_array_equal(groups[first], groups[second])
    assert set(groups[first]) == {"a", "b", "c"}
    share = mixup.shares_[190:, None]
    assert share.min() >= 0.3 and share.max() <= 0.7
    # QRS, ST and T are mixed about the isoelectric line; P, neighbours and context stay.
    np.testing.assert_array_equal(mixup.sample_indices_, mixup.parents_[:, 0])
    outside = np.r_[0:36, 123:189]
    np.testing.assert_allclose(X_more[190:, outside], X[first][:, outside], atol=1e-6)
    inside, level = slice(48, 99), slice(44, 51)
    difference = X[second] - X[first]
    difference -= difference[:, level].mean(axis=1, keepdims=True)
    expected = X[first] + (1 - share) * difference
    np.testing.assert_allclose(X_more[190:, inside], expected[:, inside], rtol=1e-3, atol=1e-3)


def test_classes_without_recipe_are_mixed_with_themselves(beats):
    X, y, groups = beats
    mixup = BeatMixup(random_state=0, recipes={})
    X_more, y_more = mixup.fit_resample(X, y, groups=groups)
    assert set(Counter(y_more).values()) == {120}
    np.testing.assert_array_equal(y[mixup.parents_[:, 0]], y_more)
    np.testing.assert_array_equal(y[mixup.parents_[:, 1]], y_more)
    assert X_more.dtype == np.float32


def test_absent_ingredients_fall_back_to_the_class_itself(beats):
    X, y, _ = beats
    rows = y != "V"
    mixup = BeatMixup({"F": 50}, random_state=0)
    mixup.fit_resample(X[rows], y[rows])
    assert set(y[rows][mixup.parents_[130:].ravel()]) == {"F"}


def test_what_cannot_be_mixed_raises(beats):
    X, y, _ = beats
    apart = np.where(y == "N", "a", "b")
    with pytest.raises(ValueError, match="no subject has beats of both 'N' and 'V'"):
        BeatMixup({"F": 50}).fit_resample(X, y, groups=apart)
    with pytest.raises(ValueError, match="share"):
        BeatMixup(share=(0.7, 0.3)).fit_resample(X, y)
    with pytest.raises(ValueError, match="share must be a finite number, got 'half'"):
        BeatMixup(share=("half", 1)).fit_resample(X, y)
    with pytest.raises(ValueError, match="two classes"):
        BeatMixup(recipes={"F": ("N",)}).fit_resample(X, y)


def test_a_class_that_needs_no_beats_needs_no_ingredients(beats):
    X, y, _ = beats
    y = np.where(y == "N", "F", np.where(y == "F", "N", y))  # F is the largest class
    apart = np.where(y == "N", "a", "b")
    _, y_more = BeatMixup("all", random_state=0).fit_resample(X, y, groups=apart)
    assert Counter(y_more) == {"N": 120, "V": 120, "F": 120}
