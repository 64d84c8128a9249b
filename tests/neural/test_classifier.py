import copy
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from skorch.callbacks import Callback, EarlyStopping, EpochScoring
from torch import nn

from heartbeat.datasets import make_beats
from heartbeat.neural import CNNClassifier, plot_history
from heartbeat.neural._training import train_network
from heartbeat.neural.architectures import _registry


def weights_of(model):
    return np.concatenate([w.ravel() for m in model.members_ for w in m.values()])


def frame(X, lead="MLII", context=()):
    n_times = X.shape[1] - len(context)
    return pd.DataFrame(X, columns=[f"{lead}_{i:03d}" for i in range(n_times)] + list(context))


class Spy(Callback):
    """Calls a function at the end of each epoch."""

    def __init__(self, function):
        self.function = function

    def __deepcopy__(self, memo):
        return self

    def on_epoch_end(self, net, **kwargs):
        self.function(net)


def interrupt(net):
    if len(net.history) == 2:
        raise KeyboardInterrupt


def handed_to_training(monkeypatch):
    """Record what training receives."""
    seen = []

    def record(network, train, valid, settings, generator):
        seen.append((train, valid))
        return train_network(network, train, valid, settings, generator)

    monkeypatch.setattr("heartbeat.neural._ensemble.train_network", record)
    return seen


# Labels and tables


@pytest.mark.parametrize(
    "labels", [["N", "S", "V"], [3, 1, 7], [True, False, True], [0.0, 1.0, 2.0]], ids=str
)
def test_any_labels_come_back_as_given(beats, quick, labels):
    X, y, _ = beats
    labels = np.array(labels)
    y = labels[np.searchsorted(["N", "S", "V"], y)]
    model = CNNClassifier(**quick).fit(X, y)
    assert model.predict(X).dtype == y.dtype
    assert model.score(X, y) > 0.9
    np.testing.assert_array_equal(model.classes_, np.unique(y))
    proba = model.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    np.testing.assert_array_equal(model.classes_[proba.argmax(axis=1)], model.predict(X))


def test_decision_function_ranks_as_probabilities_do(beats, quick, fitted):
    X, y, _ = beats
    assert fitted.decision_function(X).shape == (len(X), 3)
    np.testing.assert_allclose(np.exp(fitted.decision_function(X)), fitted.predict_proba(X))
    binary = CNNClassifier(**quick).fit(X, y == "V")
    odds = binary.decision_function(X)
    assert odds.shape == (len(X),)
    np.testing.assert_array_equal(binary.predict(X), odds > 0)


def test_float64_and_frames_are_the_same_beats(beats, quick, fitted):
    X, y, _ = beats
    expected = fitted.predict_proba(X)
    for table in (X.astype(np.float64), frame(X), frame(X.astype(np.float64)), X.tolist()):
        model = CNNClassifier(**quick).fit(table, pd.Series(y))
        np.testing.assert_array_equal(model.predict_proba(table), expected)
    assert list(CNNClassifier(**quick).fit(frame(X), y).feature_names_in_[:1]) == ["MLII_000"]


def test_read_only_tables_are_taken(beats, quick):
    """Loaders memory-map their tables, and joblib those that it hands to workers."""
    X, y, _ = beats
    X.flags.writeable = False
    model = pickle.loads(pickle.dumps(CNNClassifier(**quick).fit(X, y)))
    for array in model.members_[0].values():
        array.flags.writeable = False
    assert model.predict(X).shape == y.shape


def test_the_layout_is_read_from_column_names(beats, quick):
    X, y, _ = beats
    X = np.hstack([X, X, np.ones((len(X), 1), np.float32)])
    names = [f"{lead}_{i:03d}" for lead in ("MLII", "V1") for i in range(40)] + ["rr_prev"]
    model = CNNClassifier(**quick).fit(pd.DataFrame(X, columns=names), y)
    assert (model.layout_.n_leads, model.layout_.n_times, model.layout_.n_context) == (2, 40, 1)
    by_number = CNNClassifier(n_leads=2, n_context=1, **quick).fit(X, y)
    np.testing.assert_array_equal(weights_of(by_number), weights_of(model))
    with pytest.raises(ValueError, match="cannot be 2 lead"):
        CNNClassifier(n_leads=2, n_context=2, **quick).fit(X, y)


def test_context_columns_are_used(quick):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.standard_normal((200, 31)).astype(np.float32)
    X[:, -1] = 1000 + 5 * y + rng.standard_normal(200)
    model = CNNClassifier(n_context=1, **quick).fit(X, y)
    assert model.score(X, y) > 0.95


def test_gain_and_offset_of_the_table_do_not_matter(beats, quick, fitted):
    X, y, _ = beats
    other = CNNClassifier(**quick).fit(1000 * X + 5000, y)
    np.testing.assert_allclose(
        other.predict_proba(1000 * X + 5000), fitted.predict_proba(X), atol=0.02
    )


def test_embed_gives_what_the_last_layer_sees(beats, quick):
    X, y, _ = beats
    model = CNNClassifier(n_members=2, **quick).fit(X, y)
    features = model.embed(X)
    weights = model.members_[0]
    n_features = weights["head.weight"].shape[1]
    assert features.shape == (len(X), 2 * n_features)
    assert features.dtype == np.float32
    logits = features[:, :n_features] @ weights["head.weight"].T + weights["head.bias"]
    single = copy.deepcopy(model)
    single.members_ = single.members_[:1]
    single = pickle.loads(pickle.dumps(single))
    np.testing.assert_array_equal(single.predict(X), model.classes_[logits.argmax(axis=1)])


# Estimator grammar


def test_constructor_parameters_are_not_touched_by_fit(beats, quick):
    X, y, _ = beats
    callbacks = [EarlyStopping()]
    model = CNNClassifier(early_stopping=True, callbacks=callbacks, **quick)
    before = {k: repr(v) for k, v in model.get_params(deep=False).items()}
    model.fit(X, y)
    assert {k: repr(v) for k, v in model.get_params(deep=False).items()} == before
    assert model.callbacks is callbacks
    assert vars(callbacks[0]) == vars(EarlyStopping())
    assert not hasattr(clone(model), "members_")


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function", "embed"])
def test_unfitted(method):
    with pytest.raises(NotFittedError):
        getattr(CNNClassifier(), method)(np.zeros((2, 40)))
    with pytest.raises(NotFittedError):
        _ = CNNClassifier().net_
    with pytest.raises(NotFittedError):
        plot_history(CNNClassifier())


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"schedule": "magic"}, "schedule must be one of .*one_cycle.* got 'magic'"),
        ({"optimizer": "lion"}, "optimizer must be one of"),
        ({"loss": "mse"}, "loss must be one of"),
        ({"precision": "float16"}, "precision must be one of"),
        ({"architecture": "restnet"}, "unknown architecture 'restnet'"),
        ({"max_epochs": 0}, "max_epochs must be an integer >= 1, got 0"),
        ({"batch_size": 2.5}, "batch_size must be an integer"),
        ({"n_members": True}, "n_members must be an integer"),
        ({"lr": 0}, "lr must be a finite number > 0, got 0"),
        ({"dropout": 1.0}, "dropout must be None or a finite number >= 0 and < 1"),
        ({"ema": 1.0}, "ema must be None or a finite number > 0 and < 1"),
        ({"validation_fraction": 0.0}, "validation_fraction must be"),
        ({"augment": "flip"}, "augment must be None.*add_wander.*got 'flip'"),
        ({"augment": ["shift_time", "x"]}, "augment must be"),
        ({"augment": -1}, "augment must be"),
        ({"early_stopping": 0.5}, "early_stopping must be"),
        ({"class_weight": "even"}, "class_weight must be"),
        ({"class_weight": {"N": -1.0}}, r"class_weight\['N'\] must be a finite number >= 0"),
        (
            {"class_weight": dict.fromkeys("NSV", 0.0)},
            "at least one training beat must have a weight",
        ),
        ({"device": "gpu"}, "device must be 'auto', 'cpu', 'cuda' or another .* got 'gpu'"),
        ({"verbose": "yes"}, "verbose must be an integer >= 0"),
        ({"trainable": "tail"}, "trainable must be"),
        ({"layer_decay": 0}, "layer_decay must be a finite number > 0 and <= 1, got 0"),
        ({"layer_decay": 1.1}, "layer_decay must be a finite number > 0 and <= 1, got 1.1"),
        ({"layer_decay": None}, "layer_decay must be a finite number"),
        ({"unfreeze_every": 0}, "unfreeze_every must be None or an integer >= 1, got 0"),
        ({"unfreeze_every": True}, "unfreeze_every must be None or an integer"),
        ({"pretrained": "nowhere"}, "neither the name of weights .* nor a file"),
    ],
    ids=str,
)
def test_bad_parameters_are_named(beats, quick, parameters, message):
    X, y, _ = beats
    with pytest.raises(ValueError, match=message):
        CNNClassifier(**(quick | parameters)).fit(X, y)


def test_parameters_may_be_numbers_of_numpy(beats, quick):
    X, y, _ = beats
    own = {"max_epochs": 4, "batch_size": 16, "lr": 1e-3, "width": 8, "ema": 0.9, "n_members": 2}
    own |= {"layer_decay": 0.5, "unfreeze_every": 1}
    of_numpy = {name: np.array([value])[0] for name, value in own.items()}
    one, two = (CNNClassifier(**(quick | chosen)).fit(X, y) for chosen in (own, of_numpy))
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))


def test_a_resampler_must_be_one(beats):
    X, y, _ = beats
    with pytest.raises(TypeError, match="fit_resample"):
        CNNClassifier(resampler="smote").fit(X, y)


def test_callbacks_must_be_a_list(beats):
    X, y, _ = beats
    with pytest.raises(TypeError, match="callbacks must be None or a list"):
        CNNClassifier(callbacks=EarlyStopping()).fit(X, y)


def test_a_gpu_that_is_not_there_is_named(beats, fitted, monkeypatch):
    X, y, _ = beats
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="finds no GPU on this machine. Set device='auto'"):
        fitted.set_params(device="cuda").predict(X)
    with pytest.raises(ValueError, match="finds no GPU on this machine"):
        fitted.fit(X, y)


def test_predictions_move_to_the_device_that_is_set(beats, fitted):
    X, y, _ = beats
    model = fitted.set_params(device="cpu")
    expected = model.predict_proba(X)
    for device in ("meta", "cpu"):
        model.set_params(device=device)
        found = {part.device.type for net in model._prepared() for part in net.parameters()}
        assert found == {device}
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_negative_weights_are_refused(beats, quick):
    X, y, _ = beats
    with pytest.raises(ValueError, match="Negative values"):
        CNNClassifier(**quick).fit(X, y, sample_weight=np.where(y == "N", -1.0, 1.0))


def test_beats_without_a_label_are_refused(beats, quick):
    X, y, _ = beats
    y = np.where(np.arange(len(y)) < 3, "", y)
    with pytest.raises(ValueError, match="3 beats have no label"):
        CNNClassifier(**quick).fit(X, y)


def test_one_class_or_one_beat_is_too_little(beats, quick):
    X, y, _ = beats
    with pytest.raises(ValueError, match="at least 2 classes, got only one class"):
        CNNClassifier(**quick).fit(X, np.full(len(X), "N"))


# Losses, weights and resampling


def test_the_network_gives_logits(beats, quick):
    """Skorch's own loss takes probabilities; with logits it learns wrongly and says nothing."""
    X, y, _ = beats
    model = CNNClassifier(**quick).fit(X, y)
    logits = model.net_.module_(torch.from_numpy(X)).detach()
    assert (logits < 0).any()
    expected = nn.functional.cross_entropy(
        logits, torch.from_numpy(np.searchsorted(["N", "S", "V"], y))
    )
    assert float(expected) < 0.2
    np.testing.assert_allclose(
        model.predict_proba(X), torch.softmax(logits, 1).numpy(), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("loss", ["cross_entropy", "label_smoothing", "focal", "logit_adjusted"])
def test_losses_learn(beats, quick, loss):
    X, y, _ = beats
    assert CNNClassifier(loss=loss, **quick).fit(X, y).score(X, y) > 0.9


def test_logit_adjustment_favours_rare_classes(quick):
    rng = np.random.default_rng(0)
    y = (np.arange(400) % 10 == 0).astype(int)
    X = rng.standard_normal((400, 20)) + 0.5 * y[:, None]
    plain = CNNClassifier(**quick).fit(X, y).predict(X).mean()
    adjusted = CNNClassifier(loss="logit_adjusted", **quick).fit(X, y).predict(X).mean()
    balanced = CNNClassifier(class_weight="balanced", **quick).fit(X, y).predict(X).mean()
    assert adjusted > plain + 0.02
    assert balanced > plain + 0.02


def test_class_weights_follow_the_fold(beats, quick, monkeypatch):
    """A fold without a class of the dict, and a balance of this fold's own counts."""
    X, y, _ = beats
    seen = handed_to_training(monkeypatch)
    part = (y != "S") & ((y != "V") | (np.arange(len(y)) < 45))
    with pytest.warns(UserWarning, match=r"names the classes \['S'\], which y does not hold"):
        CNNClassifier(class_weight={"N": 1.0, "S": 5.0, "V": 2.0}, **quick).fit(X[part], y[part])
    train = seen[-1][0]
    heavy, light = train.weights[train.classes == 1], train.weights[train.classes == 0]
    np.testing.assert_allclose(heavy[0] / light[0], 2.0)
    CNNClassifier(class_weight="balanced", **quick).fit(X[part], y[part])
    train = seen[-1][0]
    sums = [train.weights[train.classes == i].sum() for i in range(2)]
    np.testing.assert_allclose(sums[0], sums[1])
    with pytest.raises(ValueError, match=r"class_weight names only classes .*\['Z'\]"):
        CNNClassifier(class_weight={"Z": 1.0}, **quick).fit(X, y)


def test_sample_weight_counts(beats, quick):
    """Mislabelled beats of weight nearly zero are not learned; of weight zero they are not seen."""
    X, y, _ = beats
    wrong = np.arange(len(y)) % 4 == 0
    labels = np.where(wrong, "N", y)
    weight = np.where(wrong, 1e-6, 1.0)
    quick |= {"max_epochs": 12}
    weighted = CNNClassifier(**quick).fit(X, labels, sample_weight=weight)
    assert weighted.score(X, y) > CNNClassifier(**quick).fit(X, labels).score(X, y)
    zero = CNNClassifier(**quick).fit(X, labels, sample_weight=np.where(wrong, 0, 3.0))
    without = CNNClassifier(**quick).fit(X[~wrong], labels[~wrong])
    np.testing.assert_array_equal(weights_of(zero), weights_of(without))


def test_training_shuffles(beats, quick):
    X, y, _ = beats
    order = np.argsort(y, kind="stable")
    seen = []

    def note(net):
        batches = list(net.get_iterator(net_data, training=True))
        seen.append([batch[1].tolist() for batch in batches])

    model = CNNClassifier(**quick)
    from heartbeat.neural._batches import BeatDataset

    index = torch.arange(len(X))
    net_data = BeatDataset(torch.from_numpy(X), index, torch.ones(len(X)))
    model.set_params(callbacks=[Spy(note)], max_epochs=2).fit(X[order], y[order])
    for epoch in seen:
        assert sorted(sum(epoch, [])) == index.tolist()
        assert sum(epoch, []) != index.tolist()
    assert seen[0] != seen[1]


# Validation


def test_nothing_is_put_aside_without_early_stopping(beats, quick, monkeypatch):
    X, y, _ = beats
    seen = handed_to_training(monkeypatch)
    model = CNNClassifier(**quick).fit(X, y)
    train, valid = seen[-1]
    assert len(train.rows) == len(X)
    assert valid is None
    assert "valid_loss" not in model.history_


def test_early_stopping_stops_and_goes_back_to_the_best_epoch(beats, quick):
    X, y, _ = beats
    rng = np.random.default_rng(0)
    noise = rng.permutation(y)
    quick |= {"max_epochs": 40, "schedule": "constant"}
    kept = []
    spy = Spy(lambda net: kept.append(net.current_weights()))
    model = CNNClassifier(early_stopping=3, callbacks=[spy], **quick).fit(X, noise)
    losses = model.history_["valid_loss"]
    assert len(losses) < 40
    assert losses.argmin() == len(losses) - 4
    best = kept[losses.argmin()]
    for name, array in model.members_[0].items():
        np.testing.assert_array_equal(array, best[name])


def test_validation_leaves_whole_subjects_out(beats, quick, monkeypatch):
    X, y, groups = beats
    X = X.copy()
    X[:, 0] = np.searchsorted(np.unique(groups), groups)
    seen = handed_to_training(monkeypatch)
    CNNClassifier(early_stopping=True, validation_fraction=0.2, **quick).fit(X, y, groups=groups)
    train, valid = seen[-1]
    assert len(train.rows) + len(valid.rows) == len(X)
    assert not set(train.rows[:, 0]) & set(valid.rows[:, 0])
    assert set(train.classes) == {0, 1, 2}


def test_validation_that_cannot_be_says_why(beats, quick):
    X, y, groups = beats
    model = CNNClassifier(early_stopping=True, **quick)
    with pytest.raises(ValueError, match="at least 2 groups"):
        model.fit(X, y, groups=np.full(len(X), "s0"))
    with pytest.raises(ValueError, match="keeps every class in the training part"):
        model.fit(X, y, groups=np.where(y == "V", "a", "b"))
    with pytest.raises(ValueError, match="leaves no beat for validation"):
        model.fit(X[:6], y[:6])
    with pytest.raises(ValueError, match=f"groups has {len(X) - 1} values.*given {len(X)} beats"):
        model.fit(X, y, groups=groups[:-1])


# Interruption


def test_ctrl_c_leaves_a_usable_classifier(beats, quick):
    X, y, _ = beats
    quick |= {"max_epochs": 50}
    model = CNNClassifier(callbacks=[Spy(interrupt)], n_members=3, **quick)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert len(model.history_) == 2
    assert len(model.members_) == 1
    assert model.predict(X).shape == (len(X),)
    assert pickle.loads(pickle.dumps(model)).predict_proba(X).shape == (len(X), 3)


def test_ctrl_c_in_a_later_member_leaves_the_finished_ones(beats, quick):
    X, y, _ = beats

    class Later(Callback):
        batches = 0

        def __deepcopy__(self, memo):
            return self

        def on_batch_end(self, net, **kwargs):
            self.batches += 1
            if self.batches == 5 * 6 + 2:
                raise KeyboardInterrupt

    model = CNNClassifier(callbacks=[Later()], n_members=3, **quick)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert len(model.members_) == 1
    alone = CNNClassifier(n_members=3, **quick).fit(X, y)
    for name, array in model.members_[0].items():
        np.testing.assert_array_equal(array, alone.members_[0][name])
    assert model.history_["train_loss"].dtype == alone.history_["train_loss"].dtype == np.float64
    assert len(model.history_) == 5


def test_ctrl_c_in_the_first_epoch(beats, quick):
    X, y, _ = beats

    class Early(Callback):
        def on_batch_end(self, net, **kwargs):
            raise KeyboardInterrupt

    model = CNNClassifier(callbacks=[Early()], **quick)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert len(model.history_) == 0
    assert model.predict(X).shape == y.shape

    class AtOnce(Callback):
        def on_epoch_begin(self, net, **kwargs):
            raise KeyboardInterrupt

    model = CNNClassifier(callbacks=[AtOnce()], **quick)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_early_stopping_of_skorch_is_no_interruption(beats, quick):
    X, y, _ = beats
    stop = EarlyStopping(monitor="train_loss", patience=2, threshold=1e9, threshold_mode="abs")
    model = CNNClassifier(callbacks=[stop], **quick).fit(X, y)
    assert len(model.history_) < 5


def test_stopping_by_a_validation_loss_needs_validation(beats, quick):
    X, y, _ = beats
    model = CNNClassifier(callbacks=[EarlyStopping()], early_stopping=False, **quick)
    with pytest.raises(ValueError, match="EarlyStopping monitors 'valid_loss'.*early_stopping=Tr"):
        model.fit(X, y)
    model.set_params(early_stopping=True, validation_fraction=0.2).fit(X, y)
    assert "valid_loss" in model.history_


def test_log_probabilities_and_epochs_are_told(beats, quick):
    X, y, _ = beats
    model = CNNClassifier(n_members=2, **quick).fit(X, y)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))
    assert np.isfinite(model.predict_log_proba(100 * X)).all()
    assert model.n_iter_ == quick["max_epochs"]


def test_no_beats_are_told_with_what_takes_them(beats, fitted):
    X, y, _ = beats
    with pytest.raises(ValueError, match=r"no beats to classify: .* \(0, 40\).*BeatAnnotator"):
        fitted.predict(X[:0])


def test_callbacks_of_skorch_see_batches(beats, quick):
    X, y, _ = beats

    class Counter(Callback):
        def on_train_begin(self, net, **kwargs):
            self.batches_, self.gradients_ = 0, 0

        def on_batch_end(self, net, batch, training, **kwargs):
            self.batches_ += 1

        def on_grad_computed(self, net, named_parameters, **kwargs):
            self.gradients_ += all(p.grad is not None for _, p in named_parameters)

    model = CNNClassifier(callbacks=[Counter()], **quick).fit(X, y)
    counter = next(c for _, c in model.net_.callbacks_ if isinstance(c, Counter))
    assert counter.batches_ == counter.gradients_ == 5 * 6


def test_callbacks_of_skorch_score_epochs(beats, quick):
    X, y, _ = beats
    scores = [
        EpochScoring("accuracy", name="valid_accuracy"),
        EpochScoring("accuracy", on_train=True, name="train_accuracy"),
        EpochScoring("neg_log_loss", name="valid_log_loss"),
    ]
    model = CNNClassifier(
        callbacks=scores, early_stopping=True, validation_fraction=0.3, **quick
    ).fit(X, y)
    history = model.history_
    assert history["valid_accuracy"].iloc[-1] > 0.8
    assert history["train_accuracy"].iloc[-1] > 0.8
    np.testing.assert_allclose(history["valid_log_loss"], -history["valid_loss"], rtol=1e-4)


def test_the_network_of_skorch_predicts_probabilities(beats, fitted):
    X, y, _ = beats
    for net in (fitted.net_, pickle.loads(pickle.dumps(fitted)).net_):
        np.testing.assert_allclose(net.predict_proba(X), fitted.predict_proba(X), atol=1e-5)


# Reproducibility and state


def global_generators():
    """The whole state of both: NumPy's position moves long before its key does."""
    _, key, *rest = np.random.get_state()  # noqa: NPY002
    return key.tolist(), rest, torch.get_rng_state().tolist()


def test_without_a_seed_fits_differ_and_global_generators_are_untouched(beats, quick):
    X, y, _ = beats
    before = global_generators()
    first, second = (CNNClassifier(**(quick | {"random_state": None})).fit(X, y) for _ in range(2))
    assert global_generators() == before
    assert not np.array_equal(weights_of(first), weights_of(second))


@pytest.mark.parametrize("augment", [None, "default"])
def test_same_seed_same_bits_and_global_generators_untouched(beats, quick, augment):
    X, y, _ = beats
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)
    before = global_generators()
    first, second = (
        CNNClassifier(early_stopping=True, dropout=0.3, augment=augment, **quick).fit(X, y)
        for _ in range(2)
    )
    pickle.loads(pickle.dumps(first)).predict(X)
    assert global_generators() == before
    np.testing.assert_array_equal(weights_of(first), weights_of(second))
    other = CNNClassifier(**(quick | {"random_state": 1})).fit(X, y)
    assert not np.array_equal(weights_of(first), weights_of(other))


def test_seeding_comes_before_the_first_weights(beats, quick, fitted):
    """Whatever the caller drew from torch's global generator before."""
    X, y, _ = beats
    torch.rand(7)
    np.testing.assert_array_equal(weights_of(fitted), weights_of(CNNClassifier(**quick).fit(X, y)))


def test_a_fitted_classifier_pickles_as_numpy_arrays(beats, quick, monkeypatch):
    X, y, _ = beats
    # What other tests and docstrings have registered would travel along.
    monkeypatch.setattr(
        _registry,
        "_REGISTRY",
        {n: e for n, e in _registry._REGISTRY.items() if _registry.is_ours(n)},
    )
    model = CNNClassifier(n_members=2, **quick).fit(X, y)
    state = pickle.dumps(model)
    assert b"torch" not in state
    assert b"skorch" not in state
    again = pickle.loads(state)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.embed(X), model.embed(X))
    assert pickle.dumps(again) == state
    proba = again.net_.predict_proba(X)
    assert proba.shape == (len(X), 3)


def test_members_differ_and_are_averaged(beats, quick):
    X, y, _ = beats
    model = CNNClassifier(n_members=3, **quick).fit(X, y)
    assert model.history_["member"].nunique() == 3
    single = []
    for member in model.members_:
        one = copy.deepcopy(model)
        one.members_ = [member]
        single.append(pickle.loads(pickle.dumps(one)).predict_proba(X))
    assert not np.allclose(single[0], single[1])
    np.testing.assert_allclose(model.predict_proba(X), np.mean(single, axis=0), atol=1e-6)


def test_each_member_has_callbacks_of_its_own(beats, quick):
    X, y, _ = beats

    class Counter(Callback):
        def __init__(self):
            self.epochs = 0

        def on_epoch_end(self, net, **kwargs):
            self.epochs += 1
            net.history.record("seen", self.epochs)

    model = CNNClassifier(n_members=2, callbacks=[Counter()], **quick).fit(X, y)
    assert model.history_["seen"].tolist() == [1, 2, 3, 4, 5] * 2


def test_warm_start_goes_on(beats, quick, fitted):
    X, y, _ = beats
    model = CNNClassifier(warm_start=True, **quick).fit(X, y)
    first = model.history_["train_loss"].iloc[-1]
    model.set_params(lr=1e-4, schedule="constant").fit(X, y)
    assert model.history_["train_loss"].iloc[0] < 2 * first + 0.05
    assert fitted.history_["train_loss"].iloc[0] > model.history_["train_loss"].iloc[0]
    model.fit(X[y != "V"], y[y != "V"])
    np.testing.assert_array_equal(model.classes_, ["N", "S", "V"])
    with pytest.raises(ValueError, match="with warm_start=True the classes must be among"):
        model.fit(X, np.where(y == "V", "Q", y))
    with pytest.raises(ValueError, match="warm_start=True continues to train the network"):
        model.set_params(width=9).fit(X, y)


def test_bfloat16_is_close_to_float32(beats, quick):
    X, y, _ = beats
    full = CNNClassifier(precision="float32", **quick).fit(X, y)
    reduced = CNNClassifier(precision="bfloat16", **quick).fit(X, y)
    assert (full.precision_, reduced.precision_) == ("float32", "bfloat16")
    assert reduced.score(X, y) > 0.9
    assert reduced.members_[0]["head.weight"].dtype == np.float32
    full.precision_ = "bfloat16"
    lowered = pickle.loads(pickle.dumps(full))
    full.precision_ = "float32"
    difference = lowered.predict_proba(X) - full.predict_proba(X)
    assert 0 < np.abs(difference).max() < 0.05


def test_bfloat16_of_another_machine_is_not_emulated(beats, fitted, monkeypatch):
    X, y, _ = beats
    expected = fitted.predict_proba(X)
    fitted.precision_ = "bfloat16"
    for fast in (False, True):
        monkeypatch.setattr(
            "heartbeat.neural._classifier.multiplies_bfloat16", lambda device, fast=fast: fast
        )
        moved = pickle.loads(pickle.dumps(fitted)).predict_proba(X)
        assert np.array_equal(moved, expected) != fast


def test_ema_predicts_with_averaged_weights(beats, quick):
    X, y, _ = beats
    quick |= {"schedule": "constant"}
    last = []
    spy = Spy(lambda net: last.append({k: v.clone() for k, v in net.module_.state_dict().items()}))
    model = CNNClassifier(ema=0.9, callbacks=[spy], **quick).fit(X, y)
    assert not np.array_equal(model.members_[0]["head.weight"], last[-1]["head.weight"].numpy())
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize(
    "schedule, optimizer",
    [
        *((schedule, "adamw") for schedule in ("one_cycle", "cosine", "linear", "constant")),
        *(("one_cycle", optimizer) for optimizer in ("adam", "nadam", "radam", "sgd")),
    ],
)
def test_schedules_and_optimizers_learn(beats, quick, schedule, optimizer):
    X, y, _ = beats
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = CNNClassifier(schedule=schedule, optimizer=optimizer, **quick).fit(X, y)
    losses = model.history_["train_loss"]
    assert losses.iloc[-1] < 0.7 * losses.iloc[0]


@pytest.mark.parametrize("augment", ["default", 2.0, "add_wander", ["shift_time", "change_offset"]])
def test_augmentation_changes_training(beats, quick, fitted, augment):
    X, y, _ = beats
    changed = CNNClassifier(augment=augment, **quick).fit(X, y)
    assert not np.array_equal(weights_of(fitted), weights_of(changed))
    assert changed.score(X, y) > 0.8


def test_no_augmentation_changes_nothing(beats, quick, fitted):
    X, y, _ = beats
    still = CNNClassifier(augment=0.0, **quick).fit(X, y)
    np.testing.assert_array_equal(weights_of(fitted), weights_of(still))


# Progress


def test_quiet_unless_asked(beats, quick, capsys, monkeypatch):
    X, y, _ = beats
    CNNClassifier(**quick).fit(X, y)
    CNNClassifier(verbose=1, **quick).fit(X, y)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    CNNClassifier(verbose=1, **quick).fit(X, y)
    assert "train_loss" in capsys.readouterr().out
    CNNClassifier(**quick).fit(X, y)
    assert capsys.readouterr().out == ""
    monkeypatch.undo()
    CNNClassifier(verbose=2, **quick).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert "train_loss" in lines[0]
    assert len(lines) == 2 + 5


def test_plot_history(beats, quick):
    import matplotlib.pyplot as plt

    X, y, _ = beats
    model = CNNClassifier(n_members=2, early_stopping=True, **quick).fit(X, y)
    ax = plot_history(model)
    assert [line.get_label() for line in ax.lines] == [
        "training loss, member 0",
        "training loss, member 1",
        "validation loss, member 0",
        "validation loss, member 1",
    ]
    assert plot_history(model, ax=ax) is ax
    plt.close("all")


def test_frames_of_one_dtype_are_checked_like_any_other():
    beats = make_beats(120, n_subjects=4, random_state=0)
    frame = pd.DataFrame(beats.data, columns=beats.feature_names)
    network = CNNClassifier(max_epochs=1, width=4, depth=1, random_state=0)
    network.fit(frame, beats.target)
    expected = network.predict_proba(frame.astype(np.float64))
    np.testing.assert_array_equal(network.predict_proba(frame), expected)
    with pytest.raises(ValueError, match="feature names should match"):
        network.predict(frame.rename(columns={frame.columns[0]: "other"}))
    with pytest.raises(ValueError, match="Feature names seen at fit time, yet now missing"):
        network.predict(frame.iloc[:, :-1])
    frame.iloc[3, 5] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        network.predict(frame)
