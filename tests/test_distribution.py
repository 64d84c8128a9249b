"""The distribution is called heartbeat-ecg, the import heartbeat; what is said follows that."""

import configparser
import re
from pathlib import Path

import heartbeat

ROOT = Path(__file__).parents[1]
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg")
NAME = CONFIG["metadata"]["name"]


def test_advice_to_install_names_the_distribution_and_an_extra_that_exists():
    advice = [
        (path.relative_to(ROOT), *found)
        for pattern in ("heartbeat/**/*.py", "examples/*.py", "docs/**/*.md", "*.md")
        for path in ROOT.glob(pattern)
        if "_build" not in path.parts
        for found in re.findall(r"""['"](heartbeat[\w-]*)\[(\w+)\]['"]""", path.read_text())
    ]
    assert len(advice) > 10
    extras = CONFIG["options.extras_require"]
    wrong = [one for one in advice if one[1] != NAME or one[2] not in extras]
    assert not wrong, f"another project's name, or no such extra: {wrong}"


def names(lines: str) -> set[str]:
    """Return the distributions that a list of requirements names."""
    return {re.split("[<>=]", line)[0].lower() for line in lines.split("\n") if line[:1].isalnum()}


def test_the_pinned_sets_have_all_that_is_required():
    extras = CONFIG["options.extras_require"]
    pinned = names((ROOT / "requirements.txt").read_text())
    assert names(CONFIG["options"]["install_requires"] + extras["test"]) <= pinned
    assert names(extras["docs"]) <= pinned | names((ROOT / "docs" / "requirements.txt").read_text())


def test_the_citation_is_of_this_version():
    assert f"\nversion: {heartbeat.__version__}\n" in (ROOT / "CITATION.cff").read_text()
