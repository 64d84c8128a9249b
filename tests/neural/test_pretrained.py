import numpy as np
import pytest

from heartbeat.neural import CNNClassifier, save_classifier


@pytest.fixture
def path(beats, quick, tmp_path):
    X, y, _ = beats
    model = CNNClassifier(**(quick | {"max_epochs": 8})).fit(X, y)
    return save_classifier(model, tmp_path / "source.safetensors")


def changed(model, start):
    """Names of weights that moved from those of another classifier."""
    pairs = zip(model.members_[0].items(), start.members_[0].items(), strict=True)
    return {name for (name, a), (_, b) in pairs if not np.array_equal(a, b)}


def start_of(path, quick, X, y):
    """The classifier before training: a step so short that it rounds to nothing."""
    return CNNClassifier(
        pretrained=path, **(quick | {"lr": 1e-30, "max_epochs": 1, "weight_decay": 0.0})
    ).fit(X, y)


def test_starts_where_the_file_ended(beats, quick, path):
    X, y, _ = beats
    quick |= {"max_epochs": 1, "lr": 1e-4}
    assert CNNClassifier(**quick).fit(X, y).score(X, y) < 0.7
    model = CNNClassifier(pretrained=path, **quick).fit(X, y)
    assert model.score(X, y) > 0.9


def test_a_new_head_for_new_classes(beats, quick, path):
    X, y, _ = beats
    model = CNNClassifier(pretrained=str(path), trainable="head", **quick).fit(X, y == "V")
    assert model.score(X, y == "V") > 0.8
    start = start_of(path, quick | {"trainable": "head"}, X, y == "V")
    assert changed(model, start) == {"head.weight", "head.bias"}


def test_the_last_blocks_train(beats, quick, path):
    X, y, _ = beats
    start = start_of(path, quick | {"trainable": "head"}, X, y)
    model = CNNClassifier(pretrained=path, trainable=2, **quick).fit(X, y)
    moved = {name.split(".")[1] for name in changed(model, start) if name.startswith("body")}
    assert moved == {"2"}  # blocks 2 and 3 of 0-3; block 3 has no weights


def test_frozen_blocks_keep_their_batch_statistics(beats, quick, path):
    X, y, _ = beats
    start = start_of(path, quick | {"trainable": "head"}, X, y)
    model = CNNClassifier(pretrained=path, trainable=0, **quick).fit(5 * X + 1, y)
    assert changed(model, start) == {"head.weight", "head.bias"}


def test_another_context_joins_a_known_body(beats, quick, path):
    X, y, _ = beats
    with_context = np.hstack([X, np.ones((len(X), 2), np.float32)])
    model = CNNClassifier(pretrained=path, n_context=2, **quick).fit(with_context, y)
    assert model.score(with_context, y) > 0.8


def test_what_does_not_fit_is_refused(beats, quick, path, tmp_path):
    X, y, _ = beats
    with pytest.raises(ValueError, match=r"set width=8\."):
        CNNClassifier(pretrained=path, **(quick | {"width": 16})).fit(X, y)
    with pytest.raises(ValueError, match="set architecture='lite'"):
        CNNClassifier("kachuee", pretrained=path, **quick).fit(X, y)
    with pytest.raises(ValueError, match=r"1 lead\(s\) of 40 samples; .* have 1 of 39"):
        CNNClassifier(pretrained=path, **quick).fit(X[:, 1:], y)
    with pytest.raises(FileNotFoundError):
        CNNClassifier(pretrained=tmp_path / "none", **quick).fit(X, y)
    with pytest.raises(ValueError, match=r"neither a file .* \(none do\)"):
        CNNClassifier(pretrained="ds1-lite", **quick).fit(X, y)
