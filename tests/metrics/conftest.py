"""What the C programs of the standard print, where the data are."""

import pytest


@pytest.fixture(scope="module")
def ec57(data_home):
    folder = data_home / "ec57"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder
