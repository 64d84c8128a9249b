import numpy as np
import pytest

from heartbeat import labels


def test_de_chazal_division_is_disjoint_and_covers_the_unpaced_records():
    assert len(labels.DS1) == len(labels.DS2) == 22
    assert not set(labels.DS1) & set(labels.DS2)
    assert not (set(labels.DS1) | set(labels.DS2)) & set(labels.PACED_RECORDS)


@pytest.mark.parametrize("symbol", ["e", "j", "n"])
def test_escape_beats_differ_between_the_conventions(symbol):
    assert labels.classes_of_symbols([symbol]).tolist() == ["N"]
    assert labels.classes_of_symbols([symbol], convention="ec57").tolist() == ["S"]


def test_conventions_agree_on_everything_else():
    literature, ec57 = labels.SYMBOL_CLASSES["literature"], labels.SYMBOL_CLASSES["ec57"]
    assert literature.keys() == ec57.keys()
    assert {s for s in ec57 if literature[s] != ec57[s]} == {"e", "j", "n"}


def test_every_class_is_an_aami_class():
    for table in labels.SYMBOL_CLASSES.values():
        assert set(table.values()) == set(labels.AAMI_CLASSES)


def test_symbols_that_are_not_beats():
    symbols = ["+", "~", "|", "x", "[", "!", "]", '"', "", "N"]
    assert labels.is_beat(symbols).tolist() == [False] * 9 + [True]


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array, "".join])
def test_symbols_may_be_any_iterable(kind):
    assert labels.classes_of_symbols(kind(["N", "V", "+"])).tolist() == ["N", "V", ""]


def test_no_symbols_give_no_classes():
    classes = labels.classes_of_symbols([])
    assert classes.shape == (0,)
    assert classes.dtype == np.dtype("<U1")


def test_unknown_convention_is_named_with_the_remedy():
    with pytest.raises(ValueError, match="'literature' or 'ec57', got 'aami'"):
        labels.classes_of_symbols(["N"], convention="aami")


def test_records_201_and_202_are_one_person():
    assert labels.subject_of("201") == labels.subject_of("202")
    assert len({labels.subject_of(r) for r in labels.DS1 + labels.DS2}) == 43


def test_records_of_the_noise_stress_test_are_two_people():
    records = [f"{person}e{ratio}" for person in (118, 119) for ratio in ("24", "06", "00", "_6")]
    subjects = [labels.subject_of(record, database="nstdb") for record in records]
    assert subjects == ["118"] * 4 + ["119"] * 4
    assert labels.subject_of("em", database="nstdb") == "em"


def test_subjects_of_other_databases_are_their_records():
    assert labels.subject_of("201", database="svdb") == "201"
