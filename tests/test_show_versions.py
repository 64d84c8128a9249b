"""`show_versions` names what setup.cfg requires, and survives what is missing."""

import configparser
import re
import sys
from pathlib import Path

import heartbeat
from heartbeat import _show_versions

SETUP = Path(__file__).parents[1] / "setup.cfg"


def declared() -> tuple[set[str], set[str]]:
    config = configparser.ConfigParser()
    config.read(SETUP)

    def names(lines: str) -> set[str]:
        return {re.split(r"[<>=!~\[; ]", line)[0] for line in lines.split("\n") if line}

    extras = config["options.extras_require"]
    optional = set().union(*(names(extras[extra]) for extra in extras if extra not in OWN))
    return names(config["options"]["install_requires"]), optional


OWN = ("test", "docs")  # for those who work on the package, not for those who use it


def test_every_declared_package_is_named():
    required, optional = declared()
    assert required <= set(_show_versions.REQUIRED)
    assert optional - required <= set(_show_versions.OPTIONAL)


def test_what_is_printed_is_what_runs(capsys, monkeypatch):
    monkeypatch.setenv("HEARTBEAT_DATA", "/some/folder")
    heartbeat.show_versions()
    printed = capsys.readouterr().out
    assert printed.startswith(f"heartbeat: {heartbeat.__version__}\n")
    numpy = sys.modules["numpy"].__version__
    torch = sys.modules["torch"]
    assert re.search(rf"^ +numpy: {re.escape(numpy)}$", printed, re.MULTILINE)
    assert re.search(rf"^ +threads: {torch.get_num_threads()}$", printed, re.MULTILINE)
    assert "HEARTBEAT_DATA: /some/folder" in printed
    assert f"python: {sys.version.split()[0]}" in printed


def test_what_is_missing_is_said(capsys, monkeypatch):
    monkeypatch.setattr(_show_versions, "REQUIRED", ("numpy", "no-such-distribution"))
    monkeypatch.setitem(sys.modules, "torch", None)
    heartbeat.show_versions()
    printed = capsys.readouterr().out
    assert "no-such-distribution: missing" in printed
    assert "cannot be imported: ModuleNotFoundError" in printed
