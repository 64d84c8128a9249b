import numpy as np
import pandas as pd
import pytest

from heartbeat._groups import check_groups


def test_groups_come_back_as_an_array():
    groups = pd.Series(["a", "b"], index=[7, 8])
    assert check_groups(groups, 2).tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("subject", r"groups must hold one value for each of the 2 beats, got shape \(\)"),
        (["a"], r"one value for each of the 2 beats, got shape \(1,\)"),
        (np.zeros((2, 1)), r"got shape \(2, 1\)"),
        (["a", None], "groups has 1 missing value.*, the first at row 1"),
        ([np.nan, np.nan], "groups has 2 missing value.*, the first at row 0"),
    ],
)
def test_bad_groups_are_named(groups, message):
    with pytest.raises(ValueError, match=message):
        check_groups(groups, 2)
