import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_validate

from heartbeat.labels import DS1, DS2, PACED_RECORDS, subject_of
from heartbeat.model_selection import InterPatientSplit

RECORDS = np.repeat(DS1 + DS2, 3)


def only_split(splitter, records):
    ((train, test),) = splitter.split(np.zeros((len(records), 1)), groups=records)
    return train, test


def test_published_division():
    train, test = only_split(InterPatientSplit(), RECORDS)
    assert set(RECORDS[train]) == set(DS1)
    assert set(RECORDS[test]) == set(DS2)
    assert len(train) + len(test) == len(RECORDS)


def test_integers_name_records_too():
    train, _ = only_split(InterPatientSplit(), RECORDS.astype(int))
    assert set(RECORDS[train]) == set(DS1)
    for records in (np.array([101, 101, 103]), np.array(["101", "101", "103"])):
        train, test = only_split(InterPatientSplit(train=[101], test=np.array([103])), records)
        assert (train.tolist(), test.tolist()) == ([0, 1], [2])
    with pytest.raises(ValueError, match=r"must not be in both .* \['101'\]"):
        only_split(InterPatientSplit(train=[101], test=["101"]), RECORDS)


def test_paced_records_are_refused_with_the_remedy_and_ignored_on_request():
    records = np.append(RECORDS, PACED_RECORDS)
    with pytest.raises(ValueError, match='the paced ones.*unknown="ignore"'):
        only_split(InterPatientSplit(), records)
    with pytest.warns(UserWarning, match=r"4 of \d+ rows .* left out: 102 \(1\), 104 \(1\)"):
        train, test = only_split(InterPatientSplit(unknown="ignore"), records)
    assert not set(records[np.r_[train, test]]) & set(PACED_RECORDS)


def test_unknown_records_are_refused():
    with pytest.raises(ValueError, match=r"neither side: \['999'\]"):
        only_split(InterPatientSplit(), np.append(RECORDS, "999"))


def test_subjects_instead_of_records_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"Pass records \(beats.record\)"):
        only_split(InterPatientSplit(), np.array([subject_of(r) for r in RECORDS]))
    # To ignore the unknown "201-202" would drop a man of each side without a word.
    with pytest.raises(ValueError, match=r"Pass records \(beats.record\)"):
        only_split(InterPatientSplit(unknown="ignore"), np.array([subject_of(r) for r in RECORDS]))


def test_one_person_on_both_sides_is_refused_unless_named():
    with pytest.raises(ValueError, match=r"\['201-202'\] would be on both sides"):
        only_split(InterPatientSplit(allow_shared=()), RECORDS)
    strict = InterPatientSplit(
        test=[r for r in DS2 if r != "202"], allow_shared=(), unknown="ignore"
    )
    with pytest.warns(UserWarning, match=r"left out: 202 \(3\)"):
        train, test = only_split(strict, RECORDS)
    subjects = np.array([subject_of(r) for r in RECORDS])
    assert not set(subjects[train]) & set(subjects[test])


def test_a_record_on_both_sides_is_refused():
    with pytest.raises(ValueError, match=r"must not be in both .*\['101'\]"):
        only_split(InterPatientSplit(train=["101"], test=["101"]), np.array(["101"]))


def test_an_empty_side_is_refused():
    with pytest.raises(ValueError, match="test side"):
        only_split(InterPatientSplit(), np.array(DS1))


def test_groups_are_needed():
    with pytest.raises(ValueError, match="needs groups=beats.record"):
        list(InterPatientSplit().split(np.zeros((3, 1))))


def test_unknown_must_be_known():
    with pytest.raises(ValueError, match="unknown must be"):
        only_split(InterPatientSplit(unknown="drop"), RECORDS)


def test_works_as_cv_object():
    X, y = np.zeros((len(RECORDS), 1)), np.tile(["N", "S", "V"], 44)
    scores = cross_validate(DummyClassifier(), X, y, groups=RECORDS, cv=InterPatientSplit())
    assert len(scores["test_score"]) == 1
    search = GridSearchCV(
        DummyClassifier(), {"strategy": ["prior", "uniform"]}, cv=InterPatientSplit()
    )
    assert search.fit(X, y, groups=RECORDS).n_splits_ == 1
