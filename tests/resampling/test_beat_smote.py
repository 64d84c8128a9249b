from collections import Counter

import numpy as np
import pytest
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE

from heartbeat.resampling import BeatSMOTE

TIME = np.arange(187) - 62


def table(n=(80, 24), jitter=4, seed=0, n_context=0):
    """Return two classes of beats, narrow and wide, marked a few samples off."""
    rng = np.random.default_rng(seed)
    widths = np.repeat([2.0, 5.0], n)
    lags = rng.integers(-jitter, jitter + 1, sum(n))
    gain = rng.uniform(0.8, 1.2, sum(n))
    X = gain[:, None] * np.exp(-0.5 * ((TIME - lags[:, None]) / widths[:, None]) ** 2)
    X += rng.normal(scale=0.02, size=X.shape)
    X = np.hstack([X, rng.normal(size=(sum(n), n_context))]).astype(np.float32)
    return X, np.repeat(["N", "V"], n), rng.choice(["a", "b", "c"], sum(n))


def half_widths(X):
    return (X[:, :187] > 0.5 * X[:, :187].max(axis=1, keepdims=True)).sum(axis=1)


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [("regular", SMOTE), ("borderline", BorderlineSMOTE), ("adasyn", ADASYN)],
)
def test_without_alignment_it_is_what_imbalanced_learn_does(kind, theirs):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6))
    y = np.repeat(["N", "V"], [150, 50])
    X[150:] += 0.7
    ours, y_ours = BeatSMOTE(kind=kind, align=False, random_state=0).fit_resample(X, y)
    # They seed each class anew from a number; hand them the generator that ours goes through.
    reference = theirs(random_state=np.random.RandomState(0))
    expected, y_expected = reference.fit_resample(X, y)
    np.testing.assert_array_equal(y_ours, y_expected)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["regular", "borderline"])
def test_class_counts_are_as_asked(kind):
    X, y, _ = table(jitter=0)
    X[80:92] = X[:12] + X[12:24] - X[24:36]  # some V beats look like N
    _, y_more = BeatSMOTE({"V": 61}, kind=kind, random_state=0).fit_resample(X, y)
    assert Counter(y_more) == {"N": 80, "V": 61}


def test_rows_are_mixtures_of_their_parents():
    X, y, _ = table(n_context=2)
    smote = BeatSMOTE(align=False, random_state=0, n_context=2)
    X_more, y_more = smote.fit_resample(X, y)
    first, second = smote.parents_.T
    share = smote.shares_[:, None]
    np.testing.assert_allclose(X_more, share * X[first] + (1 - share) * X[second], atol=1e-5)
    np.testing.assert_array_equal(y[first], y_more)
    np.testing.assert_array_equal(y[second], y_more)
    np.testing.assert_array_equal(smote.sample_indices_, first)
    assert smote.shares_.min() >= 0.5 and X_more.dtype == np.float32


def test_context_is_mixed_in_the_shares_of_the_aligned_waveform():
    X, y, _ = table(n_context=2)
    smote = BeatSMOTE(random_state=0, n_context=2)
    X_more, _ = smote.fit_resample(X, y)
    first, second = smote.parents_.T
    share = smote.shares_[:, None]
    np.testing.assert_allclose(
        X_more[:, 187:], (share * X[first] + (1 - share) * X[second])[:, 187:], atol=1e-5
    )


def test_surroundings_can_be_those_of_the_first_parent():
    X, y, _ = table(n_context=2)
    smote = BeatSMOTE(surroundings="kept", random_state=0, n_context=2)
    X_more, _ = smote.fit_resample(X, y)
    first, second = smote.parents_.T
    outside = np.r_[0:36, 123:189]  # all but -0.2 to 0.4 s and a margin, context too
    np.testing.assert_allclose(X_more[:, outside], X[first][:, outside], atol=1e-6)
    new = (first != second) & (smote.shares_ < 0.9)
    assert (np.abs(X_more - X[first])[new, 50:77].max(axis=1) > 0.001).all()


def test_alignment_does_not_blur_the_qrs():
    X, y, _ = table(n=(120, 40), jitter=3)
    narrow = {"N": 400, "V": 40}
    real = half_widths(X[y == "N"])
    plain, _ = SMOTE(sampling_strategy=narrow, random_state=0, k_neighbors=119).fit_resample(X, y)
    ours, _ = BeatSMOTE(narrow, random_state=0, k_neighbors=119).fit_resample(X, y)
    assert half_widths(plain[160:]).mean() > real.mean() + 0.3  # blurred doubles
    assert abs(half_widths(ours[160:]).mean() - real.mean()) < 0.3
    assert half_widths(ours[160:]).max() <= real.max() + 1


@pytest.mark.parametrize("kind", ["regular", "adasyn"])
@pytest.mark.parametrize("subjects", ["within", "between"])
def test_parents_are_of_one_or_of_two_subjects(subjects, kind):
    X, y, groups = table()
    X[:8] = X[80:88] + 0.01  # ADASYN wants neighbours of the other class
    smote = BeatSMOTE(subjects=subjects, kind=kind, random_state=0)
    smote.fit_resample(X, y, groups=groups)
    same = groups[smote.parents_[len(X) :, 0]] == groups[smote.parents_[len(X) :, 1]]
    assert same.all() if subjects == "within" else not same.any()


def test_a_subjects_only_beat_is_copied():
    X, y, groups = table(n=(20, 3))
    groups[20:] = ["a", "b", "c"]
    smote = BeatSMOTE(subjects="within", random_state=0)
    X_more, _ = smote.fit_resample(X, y, groups=groups)
    np.testing.assert_array_equal(X_more, X[smote.sample_indices_])


def test_what_cannot_be_done_raises():
    X, y, groups = table(n=(20, 3))
    with pytest.raises(ValueError, match="Decrease k_neighbors"):
        BeatSMOTE().fit_resample(X, y)
    with pytest.raises(ValueError, match="on the border"):
        BeatSMOTE(kind="borderline", k_neighbors=2, m_neighbors=2).fit_resample(X, y)
    with pytest.raises(ValueError, match="groups"):
        BeatSMOTE(subjects="within").fit_resample(X, y)
    with pytest.raises(ValueError, match="at least two"):
        BeatSMOTE(subjects="between").fit_resample(X, y, groups=["a"] * 23)
    with pytest.raises(ValueError, match="23 beats"):
        BeatSMOTE().fit_resample(X, y, groups=groups[:-1])


def test_same_seed_same_beats():
    X, y, _ = table()
    first, _ = BeatSMOTE(random_state=0).fit_resample(X, y)
    again, _ = BeatSMOTE(random_state=0).fit_resample(X, y)
    other, _ = BeatSMOTE().fit_resample(X, y)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_neighbours_graph_and_distances():
    from scipy import sparse

    from heartbeat.resampling._neighbours import BeatNeighbours

    X = np.arange(5.0)[:, None] ** 2
    identity = sparse.identity(5, format="csr")
    near = BeatNeighbours(X, np.array(["N"] * 5), 2).fit(identity)
    distance, found = near.kneighbors(identity)
    np.testing.assert_array_equal(found, [[0, 1], [1, 0], [2, 1], [3, 2], [4, 3]])
    np.testing.assert_array_equal(distance[:, 1], [1, 1, 3, 5, 7])
    graph = near.kneighbors_graph(identity).toarray()
    np.testing.assert_array_equal(graph.sum(axis=1), 2)
    assert graph[4, 3] == 1
