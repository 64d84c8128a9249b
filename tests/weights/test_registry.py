import hashlib
import json
import shutil

import numpy as np
import pytest

from heartbeat.boosting._file import read_trees
from heartbeat.labels import DS1, DS2, subject_of
from heartbeat.neural import CNNClassifier, load_classifier
from heartbeat.weights import (
    _registry,
    find_weights,
    list_weights,
    model_card,
    trees_file,
    weights_file,
)
from heartbeat.weights._card import was_trained_on

WITH_TREES = [name for name in list_weights() if name.startswith("any-lead")]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of one pair of card and weights, which the registry then takes for its own."""
    for suffix in (".json", ".safetensors"):
        shutil.copy(_registry._FOLDER / f"mitdb-ds1-kaggle{suffix}", tmp_path)
    monkeypatch.setattr(_registry, "_FOLDER", tmp_path)
    return tmp_path


def test_what_ships_is_small_and_verified():
    networks = [weights_file(name).stat().st_size for name in list_weights()]
    trees = [trees_file(name).stat().st_size for name in WITH_TREES]
    assert max(networks + trees) <= 2e6
    assert sum(networks + trees) <= 8e6
    assert len(networks) >= 3


@pytest.mark.parametrize("name", list_weights())
def test_card_and_network_agree(name):
    card, classifier = model_card(name), load_classifier(name)
    assert tuple(classifier.classes_) == card.classes
    assert classifier.layout_.leads == card.leads
    assert classifier.layout_.n_times == card.n_times
    assert classifier.layout_.context == card.context
    assert classifier.architecture == card.architecture
    assert classifier.get_params()["random_state"] == card.seed
    assert card.n_bytes == weights_file(name).stat().st_size
    assert {n: classifier._body[n] for n in card.knobs} == dict(card.knobs)
    assert sum(card.class_counts.values()) > 50_000


@pytest.mark.parametrize("name", list_weights())
def test_card_and_trees_agree(name):
    card = model_card(name)
    assert (card.trees is not None) == (name in WITH_TREES)
    if card.trees is not None:
        trees = read_trees(trees_file(name))
        assert tuple(trees.classes_) == card.classes
        assert trees.feature_names_in_.tolist()[card.n_times :] == list(card.context)
        assert trees.get_params() == trees.get_params() | card.trees["training"]
        assert card.trees["n_bytes"] == trees_file(name).stat().st_size
        assert set(card.trees["scores"]) == set(card.scores)
        assert "with trees" in str(card)


@pytest.mark.parametrize("name", [name for name in list_weights() if "ds1" in name])
def test_ds2_stays_an_honest_test(name):
    card = model_card(name)
    of_mitdb = {r.removeprefix("mitdb/") for r in card.records if not r.startswith("svdb/")}
    assert of_mitdb == set(DS1)
    # 201 and 202 are one person on both sides of the published division.
    subjects = {subject.removeprefix("mitdb/") for subject in card.subjects}
    assert subjects & {subject_of(r, "mitdb") for r in DS2} == {"201-202"}


@pytest.mark.parametrize("name", list_weights())
def test_cards_tell_whether_a_record_was_trained_on(name):
    card = model_card(name)
    assert was_trained_on(card, "mitdb", "101")
    assert was_trained_on(card, "mitdb", "100") == ("ds1" not in name)
    assert was_trained_on(card, "svdb", "859") == ("any-lead" in name)
    assert not was_trained_on(card, "", "101")
    assert not was_trained_on(card, "mitdb", "102")  # paced


@pytest.mark.parametrize("position", [0, 100, -1])
def test_a_changed_byte_is_noticed(folder, position):
    path = folder / "mitdb-ds1-kaggle.safetensors"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged: its SHA256 is"):
        weights_file("mitdb-ds1-kaggle")
    with pytest.raises(ValueError, match="Install heartbeat-ecg again"):
        load_classifier("mitdb-ds1-kaggle")


def test_a_missing_file_is_named(folder):
    (folder / "mitdb-ds1-kaggle.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="kaggle.safetensors is missing. Install heartbeat"):
        weights_file("mitdb-ds1-kaggle")


def test_a_foreign_header_is_refused(folder):
    from safetensors.numpy import save

    path = folder / "mitdb-ds1-kaggle.safetensors"
    path.write_bytes(save({"a": np.zeros(3)}, metadata={"heartbeat": '{"format": "other/1"}'}))
    card = json.loads((folder / "mitdb-ds1-kaggle.json").read_text())
    card["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "mitdb-ds1-kaggle.json").write_text(json.dumps(card))
    with pytest.raises(ValueError, match=r"not a classifier saved by heartbeat: its format is 'ot"):
        load_classifier("mitdb-ds1-kaggle")


def test_names_and_paths(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"has no weights 'mitdb'. Choose one of \['any-lead'"):
        model_card("mitdb")
    with pytest.raises(ValueError, match="neither the name of weights"):
        find_weights("mitdb")
    with pytest.raises(FileNotFoundError, match="no saved classifier at"):
        find_weights(tmp_path / "mine.safetensors")
    assert find_weights("mitdb-centered") == weights_file("mitdb-centered")
    own = shutil.copy(weights_file("mitdb-centered"), tmp_path / "mine.safetensors")
    assert find_weights(str(own)) == own
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_weights("~/mine.safetensors") == own
    with pytest.raises(FileNotFoundError, match="no saved classifier at ~nobody-here/mine"):
        find_weights("~nobody-here/mine.safetensors")


@pytest.mark.parametrize(
    "change",
    [
        "not json", "[" * 100_000, {"fs": None}, {"colour": "blue"}, {"leads": "MLII"},
        {"fs": "fast"}, {"scores": {"N": [0.9]}}, {"knobs": []}, {"n_times": 187.5},
        {"units": ["mV"]},
    ],
    ids=lambda change: str(change)[:20],
)  # fmt: skip
def test_a_card_of_another_form_is_refused(folder, change):
    path = folder / "mitdb-ds1-kaggle.json"
    card = json.loads(path.read_text())
    if isinstance(change, str):
        path.write_text(change)
    else:
        for name, value in change.items():
            card[name] = value
            if value is None:
                del card[name]
        path.write_text(json.dumps(card))
    with pytest.raises(ValueError, match="is not a model card of this version of heartbeat"):
        model_card("mitdb-ds1-kaggle")


def test_a_classifier_starts_from_a_name():
    rng = np.random.default_rng(0)
    X, y = rng.random((40, 187)), np.repeat(["a", "b"], 20)
    start = load_classifier("mitdb-ds1-kaggle")
    fitted = CNNClassifier(
        pretrained="mitdb-ds1-kaggle", trainable="head", max_epochs=1, random_state=0
    ).fit(X, y)
    for name, array in fitted.members_[0].items():
        same = np.array_equal(array, start.members_[0][name])
        assert same != name.startswith("head"), name


def test_card_reads_well():
    text = str(model_card("mitdb-ds1-centered"))
    for words in (
        "centered layout, 187 samples at 125 Hz, lead MLII, mV",
        "accuracy 0.9",
        "ODC-By",
    ):
        assert words in text


@pytest.mark.realdata
@pytest.mark.parametrize("name", [name for name in list_weights() if "ds1" in name])
def test_shipped_weights_score_what_their_card_says(name, data_home):
    from heartbeat.datasets import load_beats
    from heartbeat.metrics import aami_scores

    card = model_card(name)
    unseen = [record for record in DS2 if record != "202"]
    beats = load_beats(
        "mitdb", records=unseen, data_home=data_home, as_frame=True, **card.segmentation
    )
    scores = aami_scores(beats.target, load_classifier(name).predict(beats.data))
    assert scores.accuracy == pytest.approx(card.scores["accuracy"][0], abs=1e-3)
