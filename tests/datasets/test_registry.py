import re

import pytest

from heartbeat.datasets import list_databases
from heartbeat.datasets._registry import get_database, kaggle_files, parse_checksums


def test_every_database_is_described():
    assert {"mitdb", "svdb", "incartdb", "ludb", "nstdb", "ptbdb"} == set(list_databases())
    for name in list_databases():
        database = get_database(name)
        assert database.url.startswith(f"https://physionet.org/files/{name}/")
        assert database.doi.startswith("10.13026/")
        assert "ODC-By" in database.licence
        assert len(database.citation) >= 2
        assert (database.checksums is None) == (database.listed is not None)


@pytest.mark.parametrize("name, n_files", [("mitdb", 144), ("svdb", 234), ("ludb", 2805)])
def test_files_have_hashes(name, n_files):
    checksums = get_database(name).checksums
    assert len(checksums) == n_files
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in checksums.values())


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["mitdb", "ludb"])
def test_hashes_are_those_that_physionet_publishes(name, data_home):
    path = data_home / name / "SHA256SUMS.txt"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    published = dict(reversed(line.split(maxsplit=1)) for line in path.read_text().splitlines())
    assert get_database(name).checksums == published


def test_unknown_database_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"no database 'mitbd'. Choose one of \['incartdb', "):
        get_database("mitbd")
    with pytest.raises(ValueError, match="see load_kaggle_heartbeat"):
        get_database("kaggle_heartbeat")


def test_kaggle_files_have_the_published_sizes():
    # 188 cells of 24 characters, a comma or newline after each.
    for facts in kaggle_files().values():
        assert facts["bytes"] == facts["rows"] * 188 * 25


HASH = "ab" * 32


def test_checksum_lines():
    text = f"{HASH} 100.hea\n{HASH.upper()} *sub/101.dat\n\n{HASH} index.html\n{HASH} RECORDS\n"
    assert parse_checksums(text, "x") == {"100.hea": HASH, "sub/101.dat": HASH, "RECORDS": HASH}


@pytest.mark.parametrize(
    "name", ["../100.hea", "/etc/100.hea", "a/../../b.dat", "..\\b.dat", "C:b.dat", "a\x00.dat"]
)
def test_paths_out_of_the_folder_are_refused(name):
    with pytest.raises(ValueError, match="line 2: .* points outside the folder"):
        parse_checksums(f"{HASH} 100.hea\n{HASH} {name}\n", "SHA256SUMS.txt")


@pytest.mark.parametrize("text", ["<html>Please log in</html>", f"{HASH[:-1]} 100.hea", HASH])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(ValueError, match="line 1: expected a SHA256"):
        parse_checksums(text, "SHA256SUMS.txt")


def test_a_list_without_recordings_is_refused():
    with pytest.raises(ValueError, match="lists no recordings"):
        parse_checksums(f"{HASH} index.html\n", "SHA256SUMS.txt")
