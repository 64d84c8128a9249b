"""Where labels may be written, and in which format."""

import pytest

from heartbeat.annotation._save import check_target


@pytest.mark.parametrize(
    ("name", "format", "expected"),
    [
        ("night.csv", None, "csv"),
        ("night.JSON", None, "json"),
        ("night.hb", None, "wfdb"),
        ("night.txt", "csv", "csv"),
    ],
)
def test_format_follows_the_suffix_unless_it_is_given(tmp_path, name, format, expected):
    assert check_target(tmp_path / name, format, overwrite=False) == expected


def test_what_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(ValueError, match="format must be one of"):
        check_target(tmp_path / "night.hb", "xml", overwrite=False)
    with pytest.raises(ValueError, match=r"no suffix.*night\.hb"):
        check_target(tmp_path / "night", None, overwrite=False)
    for name in ("night.xlsx", "night.html", "night.TXT"):
        with pytest.raises(ValueError, match=rf"cannot be saved as {name}.*\.csv.*night\.hb"):
            check_target(tmp_path / name, None, overwrite=False)
    # The record's own files would be lost.
    with pytest.raises(ValueError, match=r"such as night\.hb"):
        check_target(tmp_path / "night.dat", None, overwrite=True)
    there = tmp_path / "night.csv"
    there.touch()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        check_target(there, None, overwrite=False)
    assert check_target(there, None, overwrite=True) == "csv"
