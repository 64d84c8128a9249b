import numpy as np
import pandas as pd
import pytest
from skorch.callbacks import Callback

from heartbeat.neural import CNNClassifier, load_classifier, save_classifier


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


def test_the_head_comes_along_for_some_of_its_classes(beats, quick, path):
    """A few labelled people seldom have beats of all classes: no reason to forget those."""
    X, y, _ = beats
    source, some = load_classifier(path), y != "S"
    start = start_of(path, quick | {"trainable": "head"}, X[some], y[some])
    assert start.classes_.tolist() == ["N", "V"]
    expected = source.predict_proba(X)[:, [0, 2]]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(start.predict_proba(X), expected, rtol=1e-4, atol=1e-6)


def test_the_last_blocks_train(beats, quick, path):
    X, y, _ = beats
    start = start_of(path, quick | {"trainable": "head"}, X, y)
    model = CNNClassifier(pretrained=path, trainable=2, **quick).fit(X, y)
    moved = {name.split(".")[1] for name in changed(model, start) if name.startswith("body")}
    assert moved == {"1", "2"}  # of 0-3; block 3 has no weights, and so does not count
    for many in (3, 10):
        model = CNNClassifier(pretrained=path, trainable=many, **quick).fit(X, y)
        assert {"body.0.1.0.weight"} <= changed(model, start)


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


def test_another_context_trains_though_the_body_is_frozen(beats, quick, path):
    """Its layers start at random: frozen, they would hand the head noise."""
    X, y, _ = beats
    with_context = np.hstack([X, np.ones((len(X), 2), np.float32)])
    quick |= {"trainable": "head", "n_context": 2}
    start = start_of(path, quick, with_context, y)
    model = CNNClassifier(pretrained=path, **quick).fit(with_context, y)
    moved = changed(model, start)
    assert {name.split(".")[0] for name in moved} == {"head", "join", "context_body"}
    assert model.score(with_context, y) > 0.8


def test_a_known_context_is_frozen_with_the_body(beats, quick, tmp_path):
    X, y, _ = beats
    with_context = np.hstack([X, X[:, :2]])
    quick |= {"n_context": 2}
    source = CNNClassifier(**quick).fit(with_context, y)
    path = save_classifier(source, tmp_path / "m")
    quick |= {"trainable": "head"}
    model = CNNClassifier(pretrained=path, **quick).fit(with_context, y == "V")
    start = start_of(path, quick, with_context, y == "V")
    assert changed(model, start) == {"head.weight", "head.bias"}
    source.set_params(warm_start=True, trainable="head")
    before = CNNClassifier(pretrained=path, **quick).fit(with_context, y)
    assert changed(source.fit(with_context, y), before) <= {"head.weight", "head.bias"}


class Rates(Callback):
    """Keeps the learning rates of the head and of each block, by the epoch."""

    def __init__(self):
        self.rates = []

    def __deepcopy__(self, memo):
        return self

    def on_epoch_begin(self, net, **kwargs):
        names = {parameter: name for name, parameter in net.module_.named_parameters()}
        self.rates.append({})
        for group in net.optimizer_.param_groups:
            for parameter in group["params"]:
                self.rates[-1][names[parameter]] = group["lr"]


@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "linear", "constant"])
def test_learning_rates_fall_towards_the_input(beats, quick, path, schedule):
    X, y, _ = beats
    with_context = np.hstack([X, np.ones((len(X), 2), np.float32)])
    seen = Rates()
    model = CNNClassifier(
        pretrained=path, n_context=2, layer_decay=0.5, schedule=schedule, callbacks=[seen], **quick
    ).fit(with_context, y)
    depth = {"head": 0, "join": 0, "context_body": 0, "body.2": 1, "body.1": 2, "body.0": 3}
    for rates in seen.rates:
        assert len(rates) == len(list(model.net_.module_.parameters()))
        for name, rate in rates.items():
            number = next(k for part, k in depth.items() if name.startswith(part))
            assert rate == pytest.approx(rates["head.bias"] * 0.5**number, rel=1e-9)
    assert model.score(with_context, y) > 0.8


def test_defaults_change_nothing(beats, quick, path):
    X, y, _ = beats
    seen, plain = Rates(), CNNClassifier(pretrained=path, **quick).fit(X, y)
    model = CNNClassifier(
        pretrained=path, layer_decay=1, unfreeze_every=None, callbacks=[seen], **quick
    ).fit(X, y)
    assert not changed(model, plain)
    assert all(len(set(rates.values())) == 1 for rates in seen.rates)
    assert len(model.net_.optimizer_.param_groups) == 2  # matrices, and what does not decay
    decayed = CNNClassifier(pretrained=path, layer_decay=0.5, **quick).fit(X, y)
    assert "body.0.1.0.weight" in changed(decayed, plain)


def test_a_vanishing_decay_trains_the_head_alone(beats, quick, path):
    X, y, _ = beats
    quick |= {"weight_decay": 0.0}
    start = start_of(path, quick | {"trainable": "head"}, X, y)
    model = CNNClassifier(pretrained=path, layer_decay=1e-30, **quick).fit(X, y)
    moved = {name for name in changed(model, start) if not name.endswith(("_mean", "_var"))}
    moved = {name for name in moved if "tracked" not in name}
    assert moved == {"head.weight", "head.bias"}


def test_context_is_known_by_name_or_by_number(beats, quick, tmp_path):
    X, y, _ = beats
    names = [f"MLII_{i:03d}" for i in range(X.shape[1])]
    context = np.random.default_rng(0).standard_normal((len(X), 2)).astype(np.float32)
    plain = np.hstack([X, context])
    frame = pd.DataFrame(plain, columns=[*names, "rr_prev_s", "rr_next_s"])
    path = save_classifier(CNNClassifier(**quick).fit(frame, y), tmp_path / "source")
    theirs = CNNClassifier(pretrained=path, trainable="head", **quick)
    renamed = frame.rename(columns={"rr_next_s": "rr_after_s"})
    for table, n_context, comes_along in (
        (frame, None, True),
        (plain, 2, True),
        (renamed, None, False),
    ):
        model = theirs.set_params(n_context=n_context).fit(table, y)
        source = load_classifier(path).members_[0]["join.0.weight"]
        assert np.array_equal(model.members_[0]["join.0.weight"], source) == comes_along


def test_context_comes_along_in_any_order(beats, quick, tmp_path):
    X, y, _ = beats
    names = [f"MLII_{i:03d}" for i in range(X.shape[1])]
    context = np.random.default_rng(0).normal([0, 5, -9], [1, 2, 3], (len(X), 3))
    columns = [*names, "rr_prev_s", "rr_next_s", "rr_mean_s"]
    frame = pd.DataFrame(np.hstack([X, context]).astype(np.float32), columns=columns)
    source = CNNClassifier(**quick).fit(frame, y)
    path = save_classifier(source, tmp_path / "source")
    turned = frame[[*names, "rr_mean_s", "rr_prev_s", "rr_next_s"]]
    start = start_of(path, quick | {"trainable": "head"}, turned, y)
    np.testing.assert_allclose(
        start.predict_proba(turned), source.predict_proba(frame), rtol=1e-4, atol=1e-6
    )


def test_leads_in_another_order_are_refused(beats, quick, tmp_path):
    X, y, _ = beats
    columns = [f"{lead}_{i:03d}" for lead in ("MLII", "V1") for i in range(X.shape[1])]
    frame = pd.DataFrame(np.hstack([X, -X]), columns=columns)
    path = save_classifier(CNNClassifier(**quick).fit(frame, y), tmp_path / "source")
    swapped = frame[[*columns[X.shape[1] :], *columns[: X.shape[1]]]]
    with pytest.raises(ValueError, match=r"have the order \['V1', 'MLII'\]"):
        CNNClassifier(pretrained=path, **quick).fit(swapped, y)
    others = frame.rename(columns=lambda name: name.replace("MLII", "II"))
    CNNClassifier(pretrained=path, **quick).fit(others, y)


def test_what_does_not_fit_is_refused(beats, quick, path, tmp_path):
    X, y, _ = beats
    with pytest.raises(ValueError, match=r"set width=8\."):
        CNNClassifier(pretrained=path, **(quick | {"width": 16})).fit(X, y)
    with pytest.raises(ValueError, match="set architecture='lite'"):
        CNNClassifier("kachuee", pretrained=path, **quick).fit(X, y)
    with pytest.raises(ValueError, match=r"1 lead\(s\) of 40 samples, .* have 1 lead\(s\) of 39"):
        CNNClassifier(pretrained=path, **quick).fit(X[:, 1:], y)
    with pytest.raises(FileNotFoundError):
        CNNClassifier(pretrained=tmp_path / "none", **quick).fit(X, y)
    with pytest.raises(ValueError, match=r"neither the name of weights .*'mitdb-ds1-centered'"):
        CNNClassifier(pretrained="ds1-lite", **quick).fit(X, y)
    with pytest.raises(TypeError, match=r"save_classifier wrote, got CNNClassifier\("):
        CNNClassifier(pretrained=load_classifier(path), **quick).fit(X, y)


def test_twelve_leads_are_pointed_to_the_encoder(quick):
    X = np.zeros((20, 12 * 187), dtype=np.float32)
    y = np.repeat(["N", "V"], 10)
    with pytest.raises(
        ValueError, match="trained on one lead, but these beats have 12.*BeatEncoder"
    ):
        CNNClassifier(pretrained="mitdb-ds1-centered", n_leads=12, **quick | {"width": 16}).fit(
            X, y
        )


def test_a_forgotten_context_is_suggested(beats, quick, tmp_path):
    X, y, _ = beats
    with_context = np.hstack([X, X[:, :3]])
    source = CNNClassifier(n_context=3, **quick).fit(with_context, y)
    path = save_classifier(source, tmp_path / "source")
    with pytest.raises(ValueError, match="set n_leads=1, n_context=3"):
        CNNClassifier(pretrained=path, n_leads=1, **quick).fit(with_context, y)
