import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from heartbeat.preprocessing import SubjectNormalizer

RNG = np.random.default_rng(0)
BEATS = RNG.normal(size=(20, 30))
X = np.vstack([BEATS, 5 * BEATS - 2])
SUBJECT = np.repeat(["a", "b"], 20)


@pytest.mark.parametrize("method", ["amplitude", "zscore", "template"])
def test_each_subject_is_normalised_by_its_own_beats(method):
    result = SubjectNormalizer(method).fit_transform(X, groups=SUBJECT)
    np.testing.assert_allclose(result[:20], result[20:], atol=1e-9)
    alone = SubjectNormalizer(method).fit(X[20:])
    np.testing.assert_allclose(alone.transform(X[20:]), result[20:], atol=1e-9)


def test_statistics_are_those_of_the_table_given_to_transform():
    normalizer = SubjectNormalizer().fit(X, groups=SUBJECT)
    other = normalizer.transform(7 * BEATS, groups=["c"] * 20)
    np.testing.assert_allclose(other, SubjectNormalizer().fit_transform(BEATS), atol=1e-12)


def test_groups_are_needed_again_and_must_fit():
    normalizer = SubjectNormalizer().fit(X, groups=SUBJECT)
    with pytest.raises(ValueError, match="transform requires groups="):
        normalizer.transform(X)
    with pytest.raises(ValueError, match=r"one value for each of the 40 beats, got shape \(39,\)"):
        normalizer.transform(X, groups=SUBJECT[:-1])
    with pytest.raises(ValueError, match=r"got shape \(39,\)"):
        SubjectNormalizer().fit(X, groups=SUBJECT[:-1])


def test_template_leaves_what_deviates_from_the_subjects_own_beat():
    beats = np.tile(np.sin(np.arange(30)), (9, 1))
    beats[4] += 1
    result = SubjectNormalizer("template").fit_transform(beats)
    assert (result[np.arange(9) != 4] == 0).all() and (result[4] > 0).all()


def test_groups_travel_by_metadata_routing():
    y = np.tile(["N", "V"], 20)
    normalizer = SubjectNormalizer()
    with sklearn.config_context(enable_metadata_routing=True):
        normalizer.set_fit_request(groups=True).set_transform_request(groups=True)
        model = make_pipeline(normalizer, LogisticRegression()).fit(X, y, groups=SUBJECT)
        routed = model.predict(X[20:], groups=SUBJECT[20:])
    normalized = SubjectNormalizer().fit_transform(X, groups=SUBJECT)
    direct = LogisticRegression().fit(normalized, y)
    np.testing.assert_array_equal(routed, direct.predict(normalized[20:]))
