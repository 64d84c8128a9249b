"""The distribution is called heartbeat-ecg, the import heartbeat; what is said follows that."""

import configparser
import re
import tomllib
from pathlib import Path

import yaml  # which dask and bokeh require

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


# Distributions that conda-forge calls differently.
CONDA_NAMES = {"torch": "pytorch"}


def conda_requirements(requirements: str) -> set[str]:
    """Return requirements of setup.cfg as conda writes them, such as ``pytorch >=2.6``."""
    found = [re.fullmatch(r"([\w-]+)(.*)", line).groups() for line in requirements.split()]
    return {f"{CONDA_NAMES.get(name, name).lower()} {bounds}".strip() for name, bounds in found}


def test_the_conda_recipe_agrees_with_setup_cfg():
    text = (ROOT / "recipe" / "recipe.yaml").read_text()
    context = yaml.safe_load(text)["context"]
    for name, value in context.items():
        text = text.replace(f"${{{{ {name} }}}}", value)
    recipe = yaml.safe_load(text)
    assert recipe["package"] == {"name": NAME, "version": heartbeat.__version__}
    options = CONFIG["options"]
    required = {f"python {options['python_requires']}"}
    required |= conda_requirements(options["install_requires"])
    assert set(recipe["requirements"]["run"]) == required
    (build,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert set(recipe["requirements"]["host"]) == {
        f"python {context['python_min']}.*",
        "pip",
        *conda_requirements(build),
    }
    (command,) = CONFIG["options.entry_points"]["console_scripts"].strip().split("\n")
    assert recipe["build"]["python"]["entry_points"] == [command]
    metadata = CONFIG["metadata"]
    assert recipe["about"] == {
        "summary": metadata["description"],
        "license": metadata["license"],
        "license_file": metadata["license_files"],
    }
