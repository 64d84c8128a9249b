from functools import partial

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from heartbeat.datasets import make_beats, make_recording
from heartbeat.inspection import add_noise, add_noise_to_beats, noise_stress
from heartbeat.metrics import aami_scores
from heartbeat.segmentation import segment_beats


@pytest.fixture(scope="module")
def white():
    return {"white": np.random.default_rng(0).normal(size=40_000)}


@pytest.fixture(scope="module")
def trained():
    beats = make_beats(600, context="rr", random_state=0)
    model = RandomForestClassifier(20, random_state=0).fit(beats.data, beats.target)
    return model, make_beats(400, context="rr", random_state=1)


def test_rows_are_the_scores_of_each_table(trained, white):
    model, beats = trained
    table = noise_stress(model, beats, noise=white, snr=[12, -6], random_state=5)
    assert table["noise"].tolist() == ["none", "white", "white"]
    assert table["snr"].tolist() == [np.inf, 12, -6]
    for place, X in (
        (0, beats.data),
        (2, add_noise_to_beats(beats, white["white"], -6, random_state=5)),
    ):
        scores = aami_scores(beats.target, model.predict(X))
        row = table.loc[place]
        assert row["macro_f1"] == scores.macro_f1
        assert row["V Se"] == scores.se["V"] and row["S +P"] == scores.ppv["S"]
        assert row["n_beats"] == len(beats.target)


def test_more_noise_costs_more(trained, white):
    table = noise_stress(*trained, noise=white, snr=[24, 0, -12], macro_classes="NSV")
    assert table["macro_f1"][1:].is_monotonic_decreasing


def test_recordings_get_noise_before_they_are_cut(white):
    segment = partial(segment_beats, leads=[0], context="rr")
    recordings = [make_recording(30, name=str(i), random_state=i) for i in range(3)]
    tables = [segment(recording) for recording in recordings]
    X = np.concatenate([t.data for t in tables])
    y = np.concatenate([t.target for t in tables])
    model = RandomForestClassifier(10, random_state=0).fit(X, y)
    table = noise_stress(model, iter(recordings), noise=white, snr=0, segment=segment)
    assert table["snr"].tolist() == [np.inf, 0]
    assert table["accuracy"][0] > table["accuracy"][1]
    starts = np.random.RandomState(0).randint(2**20, size=3)
    noisy = [
        segment(add_noise(r, white["white"], 0, start=int(s))).data
        for r, s in zip(recordings, starts, strict=True)
    ]
    assert table["accuracy"][1] == np.mean(model.predict(np.concatenate(noisy)) == y)


def test_every_kind_of_random_state_is_taken(trained, white):
    segment = partial(segment_beats, leads=[0], context="rr")
    recordings = [make_recording(30, random_state=0)]
    before = np.random.get_state()  # noqa: NPY002
    for data, cut in ((recordings, segment), (trained[1], segment)):
        by_number, by_instance, _ = (
            noise_stress(trained[0], data, noise=white, snr=0, segment=cut, random_state=state)
            for state in (3, np.random.RandomState(3), None)
        )
        assert by_number.equals(by_instance)
    after = np.random.get_state()  # noqa: NPY002
    assert (before[1] == after[1]).all()
    assert before[2:] == after[2:]


def test_bad_input_is_named(trained, white):
    with pytest.raises(ValueError, match="finite numbers of dB"):
        noise_stress(*trained, noise=white, snr=[np.inf])
    with pytest.raises(ValueError, match="finite numbers of dB"):
        noise_stress(*trained, noise=white, snr=[])
    with pytest.raises(TypeError, match="Bunch of beats"):
        noise_stress(trained[0], trained[1].data, noise=white)


def test_noise_by_name_must_be_in_the_data_home(trained, tmp_path):
    with pytest.raises(FileNotFoundError, match="nstdb"):
        noise_stress(*trained, noise="em", data_home=tmp_path)


@pytest.mark.realdata
def test_noise_by_name_is_that_of_the_database(trained, data_home):
    if not (data_home / "nstdb" / "em.dat").is_file():
        pytest.skip("no nstdb/em")
    table = noise_stress(*trained, noise="em", snr=[24, -6], data_home=data_home)
    assert table["noise"].tolist() == ["none", "em", "em"]
    assert table["accuracy"][1] > table["accuracy"][2]
