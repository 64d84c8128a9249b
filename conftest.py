"""What tests and doctests share: real recordings where they are present, pictures closed."""

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")
if "PYTEST_XDIST_WORKER" in os.environ:  # the workers share the cores: one thread each
    for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(_name, "1")

# How long an example takes says more of what else the machine does.
settings.register_profile("heartbeat", deadline=None)
settings.load_profile("heartbeat")


@pytest.fixture(autouse=True)
def close_figures():
    """Close what a test drew: matplotlib warns of too many open figures."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def no_table_was_seen():
    """Forget the layouts of tables that other tests have used: they are no one's lost names."""
    if "heartbeat._layout" in sys.modules:
        sys.modules["heartbeat._layout"]._SEEN.clear()


def _data_home() -> Path | None:
    home = os.environ.get("HEARTBEAT_DATA")
    return Path(home).resolve() if home else None


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Keep what collecting has loaded from the garbage collector.

    Nearly all of it stays, and looking through it again and again takes a tenth of the time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items):
    """Skip the tests marked `realdata` where there is no data home."""
    home = _data_home()
    if home is not None and home.is_dir():
        return
    reason = (
        f"$HEARTBEAT_DATA={home} is not a folder"
        if home
        else "$HEARTBEAT_DATA is not set: no real recordings here"
    )
    for item in items:
        if item.get_closest_marker("realdata"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def data_home() -> Path:
    """Folder with real recordings; tests that use it must be marked `realdata`."""
    home = _data_home()
    assert home is not None, "mark tests that use data_home with pytest.mark.realdata"
    return home


@pytest.fixture(scope="session")
def mitdb(data_home) -> Path:
    """Folder of the MIT-BIH Arrhythmia Database, complete."""
    folder = data_home / "mitdb"
    if len(list(folder.glob("*.dat"))) != 48:
        pytest.skip(f"{folder} does not hold the 48 records of mitdb")
    return folder
