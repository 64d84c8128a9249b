"""What the C programs of the standard print, where the data are."""

import pytest

STARTS = {"std": 300.0, "full": 0.0}
"""Where the scored period begins, in s, by the names that the files have."""


@pytest.fixture(scope="module")
def ec57(data_home):
    folder = data_home / "ec57"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder


@pytest.fixture(scope="module", params=STARTS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def compared(kind, ec57, mitdb):
    """Return the arguments of a comparison for each of the nine recordings."""
    wfdb = pytest.importorskip("wfdb")
    records = sorted(path.stem for path in ec57.glob("*.tst"))
    assert len(records) == 9
    return [
        {
            "reference": wfdb.rdann(str(mitdb / record), "atr"),
            "test": wfdb.rdann(str(ec57 / record), "tst"),
            "fs": 360,
            "start": STARTS[kind],
            "record": record,
        }
        for record in records
    ]
