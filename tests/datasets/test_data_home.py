import pytest

from heartbeat.datasets import _data_home as module
from heartbeat.datasets import get_data_home


def test_argument_wins_over_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HEARTBEAT_DATA", str(tmp_path / "environment"))
    assert get_data_home(tmp_path / "argument") == tmp_path / "argument"
    assert get_data_home() == tmp_path / "environment"


def test_cache_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("HEARTBEAT_DATA", raising=False)
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert get_data_home() == tmp_path / "heartbeat"
    monkeypatch.setattr(module.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert get_data_home() == tmp_path / "local" / "heartbeat"
    monkeypatch.setattr(module.sys, "platform", "darwin")
    assert get_data_home().parts[-3:] == ("Library", "Caches", "heartbeat")


def test_home_is_expanded_and_absolute(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert get_data_home("~/ecg") == tmp_path / "ecg"
    assert get_data_home("ecg").is_absolute()


def test_nothing_is_made(tmp_path):
    get_data_home(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_home(tmp_path):
    path = tmp_path / "file"
    path.write_text("x")
    with pytest.raises(NotADirectoryError, match="is a file"):
        get_data_home(path)
