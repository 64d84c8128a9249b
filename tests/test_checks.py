import numpy as np
import pytest

from heartbeat._checks import check_number, check_option, check_r_index, check_whole


def test_good_values_come_back():
    assert check_option("method", "b", ("a", "b")) == "b"
    assert check_option("method", None, (None, "b")) is None
    assert check_number("fs", np.float32(2.5), above=0) == 2.5
    assert check_number("dropout", 0, least=0, below=1) == 0
    assert check_number("share", 1, above=0, most=1) == 1
    assert check_number("ema", None, above=0, optional=True) is None
    assert check_whole("n_beats", np.int64(3)) == 3
    assert check_whole("width", 8, most=8) == 8
    assert check_whole("width", None, optional=True) is None
    assert check_r_index(0.5, 125, n_times=187) == 62


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: check_option("method", "c", ("a", "b")), r"method must be one of \['a', 'b'\]"),
        (lambda: check_number("fs", 0, above=0), "fs must be a finite number > 0, got 0"),
        (lambda: check_number("fs", np.nan, above=0), "got nan"),
        (lambda: check_number("fs", True, above=0), "got True"),
        (lambda: check_number("fs", None, above=0), "got None"),
        (
            lambda: check_number("dropout", 1, least=0, below=1, optional=True),
            "dropout must be None or a finite number >= 0 and < 1, got 1",
        ),
        (
            lambda: check_number("share", 1.1, above=0, most=1),
            "share must be a finite number > 0 and <= 1, got 1.1",
        ),
        (lambda: check_number("fs", 10**400), "fs must be a finite number, got 1000"),
        (lambda: check_number("start", "soon"), "start must be a finite number, got 'soon'"),
        (lambda: check_whole("n_beats", 0), "n_beats must be an integer >= 1, got 0"),
        (lambda: check_whole("n_beats", 2.0), "got 2.0"),
        (lambda: check_whole("width", 9, most=8), "width must be an integer >= 1 and <= 8, got 9"),
        (lambda: check_r_index(2.0, 125, n_times=187), "places the R peak at sample 250, but"),
    ],
)
def test_bad_values_are_named(check, message):
    with pytest.raises(ValueError, match=message):
        check()
