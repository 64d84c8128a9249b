"""The README's code, run as it stands."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from heartbeat.datasets import make_recording
from heartbeat.recording import write_recording

README = Path(__file__).parents[1] / "README.md"
OWN_RECORDING, FIRST_PIPELINE, FROM_RECORDINGS, FEW_LABELS = re.findall(
    r"```python\n(.*?)```", README.read_text(), re.DOTALL
)


def run(source: str, **names) -> dict:
    exec(compile(source, str(README), "exec"), names)
    return names


def test_the_first_pipeline_runs():
    fewer = FIRST_PIPELINE.replace("make_beats(2000,", "make_beats(600,")  # in a third of the time
    assert fewer != FIRST_PIPELINE
    search = run(fewer)["search"]
    assert search.best_params_["cnnclassifier__architecture"] in ("lite", "resnet")
    assert search.best_score_ > 0.3


def test_a_recording_of_ones_own_is_labelled(tmp_path, capsys):
    path = tmp_path / "night.npz"
    write_recording(path, replace(make_recording(30, random_state=0), leads=("ECG",)))
    source = OWN_RECORDING.replace("night.edf", str(path))
    source = source.replace("night.hb", str(tmp_path / "night.hb"))
    beats = run(source)["annotated"].beats
    assert len(beats) > 20
    assert set(beats.loc[beats["readable"], "label"]) <= set("NSVF")
    assert "heart rate" in capsys.readouterr().out
    assert (tmp_path / "night.hb").is_file()


def test_weights_are_used_as_shown(capsys):
    names = run(FEW_LABELS)
    assert "mitdb-ds1-centered: the records of DS1" in capsys.readouterr().out
    few = names["few"]
    assert names["model"].score(few.data, few.target) > 0.9
    assert names["network"].score(few.data, few.target) > 0.8


@pytest.mark.realdata
def test_the_forest_on_real_recordings_runs(mitdb, capsys):
    fewer = FROM_RECORDINGS.replace('"DS1"', "['106', '119', '208', '209', '223']")
    fewer = fewer.replace('"DS2"', "['100', '105', '213', '221']")
    names = run(fewer)
    assert set(names["train"].record) == {"106", "119", "208", "209", "223"}
    assert set(names["test"].record) == {"100", "105", "213", "221"}
    assert names["forest"].score(names["test"].data, names["test"].target) > 0.9
    assert "AAMI EC57 scores" in capsys.readouterr().out
