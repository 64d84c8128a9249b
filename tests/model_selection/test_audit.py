import numpy as np
import pytest

from heartbeat.model_selection import audit_split


@pytest.fixture(scope="module")
def beats():
    """Ten subjects of fifty beats whose own shapes differ more than their beats do."""
    rng = np.random.default_rng(0)
    subject = np.repeat([f"p{i}" for i in range(10)], 50)
    shapes = np.repeat(rng.normal(size=(10, 40)), 50, axis=0)
    X = (shapes + 0.2 * rng.normal(size=shapes.shape)).astype(np.float32)
    y = np.where(np.arange(500) % 5 == 0, "V", "N")
    return X, y, subject


EVEN, ODD = np.arange(0, 500, 2), np.arange(1, 500, 2)
FIRST, LAST = np.arange(250), np.arange(250, 500)


def test_random_split_is_intra_patient_by_groups_and_by_beats(beats):
    X, y, subject = beats
    audit = audit_split(X, y, subject, EVEN, ODD)
    assert audit.verdict == "intra-patient"
    assert len(audit.shared_subjects) == 10
    assert audit.shared_test_share == 1
    assert audit.same_subject_share == 1
    assert audit.closeness == pytest.approx(0.5, abs=0.1)
    assert audit_split(X, train=EVEN, test=ODD).verdict == "intra-patient"


def test_subject_wise_split_is_inter_patient_by_groups_and_by_beats(beats):
    X, y, subject = beats
    audit = audit_split(X, y, subject, FIRST, LAST)
    assert audit.verdict == "inter-patient"
    assert audit.shared_subjects == ()
    assert audit.shared_test_share == audit.same_subject_share == 0
    assert audit.closeness < 0.05
    blind = audit_split(X, train=FIRST, test=LAST)
    assert blind.verdict == "inter-patient"
    assert blind.shared_subjects is None and blind.same_class_share is None


def test_one_subject_on_both_sides_makes_it_mixed(beats):
    X, y, subject = beats
    audit = audit_split(X, y, subject, np.arange(225), np.arange(225, 500))
    assert audit.verdict == "mixed"
    assert audit.shared_subjects == ("p4",)
    assert audit.shared_test_share == pytest.approx(25 / 275)


def test_copies_made_by_oversampling_before_the_split_are_counted(beats):
    X, _, _ = beats
    X = np.concatenate([X, X[[0, 10, 20]]])
    audit = audit_split(X, train=np.arange(250), test=np.arange(250, 503))
    assert audit.duplicates == 3
    assert "copies of training beats: 3" in str(audit)


def test_same_class_share_is_what_one_nearest_neighbour_scores(beats):
    X, _, subject = beats
    # Where the class is the subject, the nearest beat always has it right.
    assert audit_split(X, subject, None, EVEN, ODD).same_class_share == 1


def test_masks_and_rows_say_the_same(beats):
    X, _, _ = beats
    mask = np.arange(500) < 250
    assert audit_split(X, train=mask, test=~mask) == audit_split(X, train=FIRST, test=LAST)


def test_few_beats_are_drawn_reproducibly(beats):
    X, _, subject = beats
    one, two = (audit_split(X, None, subject, EVEN, ODD, max_beats=60) for _ in range(2))
    assert one == two
    assert one.n_compared == 60


def test_text_states_the_figures(beats):
    X, y, subject = beats
    text = str(audit_split(X, y, subject, EVEN, ODD))
    assert text.startswith("intra-patient split: 250 training, 250 test beats")
    assert "subjects on both sides: 10, with 100.0% of the test beats" in text


@pytest.mark.parametrize(
    ("sides", "message"),
    [
        ({"train": FIRST}, "test is missing"),
        ({"train": [0, 1, 2], "test": [2, 3]}, "share 1 row.*, such as 2"),
        ({"train": [0, 1], "test": [500, 2]}, "test must hold row numbers from 0 to 499, got 500"),
        ({"train": [0, -1], "test": [1, 2]}, "train must hold row numbers from 0 to 499, got -1"),
        ({"train": [0.0, 3.0], "test": [1, 2]}, "train must be row numbers or a mask, got float64"),
        ({"train": [0], "test": [1, 2]}, r"train must hold at least two beats, got 1"),
        ({"train": np.ones(3, bool), "test": [1, 2]}, r"each of the 500 rows, got shape \(3,\)"),
    ],
)
def test_bad_sides_are_named(beats, sides, message):
    with pytest.raises(ValueError, match=message):
        audit_split(beats[0], **sides)


@pytest.mark.realdata
def test_real_beats_tell_the_split_without_groups(mitdb):
    from heartbeat.datasets import load_beats
    from heartbeat.labels import DS1, DS2

    beats = load_beats("mitdb", records=DS1 + DS2, data_home=mitdb.parent)
    some = slice(None, None, 4)
    X, record, subject = np.asarray(beats.data[some]), beats.record[some], beats.subject[some]
    inter = audit_split(X, train=np.isin(record, DS1), test=np.isin(record, DS2))
    assert inter.verdict == "inter-patient"
    rows = np.random.default_rng(0).permutation(len(X))
    intra = audit_split(X, train=rows[:20_000], test=rows[20_000:])
    assert intra.verdict == "intra-patient"
    named = audit_split(X, None, subject, np.isin(record, DS1), np.isin(record, DS2))
    assert named.shared_subjects == ("201-202",)
