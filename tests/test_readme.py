"""The README's code, run as it stands."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
FIRST_PIPELINE, FROM_RECORDINGS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def run(source: str) -> dict:
    names: dict = {}
    exec(compile(source, str(README), "exec"), names)
    return names


def test_the_first_pipeline_runs():
    search = run(FIRST_PIPELINE)["search"]
    assert search.best_params_["cnnclassifier__architecture"] in ("lite", "resnet")
    assert search.best_score_ > 0.3


@pytest.mark.realdata
def test_the_forest_on_real_recordings_runs(mitdb, capsys):
    names = run(FROM_RECORDINGS)
    assert names["forest"].score(names["test"].data, names["test"].target) > 0.9
    assert "AAMI EC57 scores" in capsys.readouterr().out
