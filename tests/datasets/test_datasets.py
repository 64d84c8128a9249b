import subprocess
import sys

import pytest

import heartbeat.datasets


def test_every_public_name_is_there():
    for name in heartbeat.datasets.__all__:
        member = getattr(heartbeat.datasets, name)
        assert member.__name__ == name and member.__doc__
    assert set(heartbeat.datasets.__all__) <= set(dir(heartbeat.datasets))
    with pytest.raises(AttributeError, match="no attribute 'load_beat'"):
        heartbeat.datasets.load_beat  # noqa: B018


def test_naming_a_database_imports_nothing_heavy():
    code = (
        "import sys, heartbeat.datasets as d; d.list_databases(); d.get_data_home();"
        "print([m for m in ('torch', 'sklearn', 'pandas', 'scipy', 'wfdb', 'numpy')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
