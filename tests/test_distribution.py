"""The distribution is called heartbeat-ecg, the import heartbeat; what is said follows that."""

import configparser
import re
from pathlib import Path

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


def test_the_pinned_set_has_all_that_is_required():
    pinned = {
        re.split("==", line)[0].lower()
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    declared = CONFIG["options"]["install_requires"] + CONFIG["options.extras_require"]["test"]
    names = {re.split("[<>=]", line)[0].lower() for line in declared.split("\n") if line}
    assert names <= pinned
