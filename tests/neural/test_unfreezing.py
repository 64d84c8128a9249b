import copy
import warnings

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from heartbeat.neural import CNNClassifier, save_classifier
from heartbeat.neural._optimization import OPTIMIZERS
from heartbeat.neural._state import read_weights


class Watch(Callback):
    """Keeps what the network holds before the first and after every epoch."""

    def __init__(self):
        self.states = []

    def __deepcopy__(self, memo):
        return self

    def on_epoch_begin(self, net, **kwargs):
        if not self.states:
            self.states.append(read_weights(net.module_))

    def on_epoch_end(self, net, **kwargs):
        self.states.append(read_weights(net.module_))

    def moved(self):
        """Return, for each epoch, the parts (head, join, number of the block) that changed."""
        return [
            {
                name.split(".")[1] if name.startswith("body") else name.split(".")[0]
                for name in after
                if not np.array_equal(before[name], after[name])
            }
            for before, after in zip(self.states, self.states[1:], strict=False)
        ]


def watched(beats, quick, **parameters):
    X, y, _ = beats
    watch = Watch()
    model = CNNClassifier(callbacks=[watch], **(quick | parameters)).fit(X, y)
    return model, watch


@pytest.mark.parametrize("pretrained", [False, True])
def test_blocks_thaw_from_the_head_down(beats, quick, path, pretrained):
    start = {"pretrained": path} if pretrained else {}
    _, watch = watched(beats, quick, unfreeze_every=1, **start)
    assert watch.moved() == [
        {"head"},
        {"head", "2"},  # block 3 has no weights, and no turn
        {"head", "2", "1"},
        {"head", "2", "1", "0"},
        {"head", "2", "1", "0"},
    ]


def test_thawing_waits_so_many_epochs(beats, quick):
    _, watch = watched(beats, quick, unfreeze_every=2, trainable=2)
    assert watch.moved() == [{"head"}] * 2 + [{"head", "2"}] * 2 + [{"head", "2", "1"}]


def test_batch_statistics_wait_for_their_block(beats, quick, path):
    """Blocks that thaw go on with their own statistics; the weights above say they then move."""
    X, y, _ = beats
    watch = Watch()
    parameters = quick | {"unfreeze_every": 1, "callbacks": [watch], "pretrained": path}
    CNNClassifier(**parameters).fit(5 * X + 1, y)
    statistics = [name for name in watch.states[0] if "running" in name]
    for name in statistics:
        first = 4 - int(name.split(".")[1])
        values = [state[name] for state in watch.states]
        still = [np.array_equal(a, b) for a, b in zip(values, values[1:], strict=False)]
        assert still == [epoch < first for epoch in range(1, 6)], name
    assert len(statistics) == 10


def test_known_context_waits_and_new_context_does_not(beats, quick, path, tmp_path):
    X, y, _ = beats
    X = np.hstack([X, np.random.default_rng(0).standard_normal((len(X), 2))])
    table = X.astype(np.float32), y, None
    new, watch = watched(table, quick, pretrained=path, n_context=2, unfreeze_every=1)
    assert watch.moved()[:2] == [
        {"head", "join", "context_body"},
        {"head", "join", "context_body", "2"},
    ]
    known = save_classifier(new, tmp_path / "context.safetensors")
    _, watch = watched(table, quick, pretrained=known, n_context=2, unfreeze_every=1)
    assert watch.moved()[:3] == [
        {"head"},
        {"head", "join", "context_body"},
        {"head", "join", "context_body", "2"},
    ]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_all_optimizers_take_frozen_weights(beats, quick, optimizer):
    """No step, no weight decay, no momentum before the thaw; all of them after it."""
    _, watch = watched(beats, quick, unfreeze_every=2, trainable=1, optimizer=optimizer)
    assert watch.moved() == [{"head"}] * 2 + [{"head", "2"}] * 3


def test_early_stopping_waits_for_the_last_block(beats, quick):
    """A patience of one epoch, and a head that makes no progress."""
    X, y, _ = beats
    quick |= {"lr": 1e-30, "weight_decay": 0.0, "max_epochs": 12, "early_stopping": 1}
    assert len(CNNClassifier(**quick).fit(X, y).history_) < 7
    model = CNNClassifier(unfreeze_every=2, **quick).fit(X, y)
    assert 7 <= len(model.history_) < 12


def test_epochs_that_do_not_reach_the_last_block_are_told(beats, quick):
    X, y, _ = beats
    message = (
        "unfreeze_every=3 unfreezes the last of 4 layers in epoch 10, but max_epochs=9, so that "
        "the 1 "
    )
    with pytest.warns(UserWarning, match=message):
        CNNClassifier(**(quick | {"unfreeze_every": 3, "max_epochs": 9})).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CNNClassifier(**(quick | {"unfreeze_every": 3, "max_epochs": 10})).fit(X, y)
        CNNClassifier(**(quick | {"unfreeze_every": 9, "trainable": "head"})).fit(X, y)


def test_averages_of_frozen_blocks_are_the_blocks(beats, quick, path):
    X, y, _ = beats
    quick |= {"ema": 0.9, "pretrained": path, "unfreeze_every": 3, "trainable": 1}
    model, watch = watched(beats, quick)
    for name, array in model.members_[0].items():
        if name.startswith(("body.0", "body.1")):
            np.testing.assert_array_equal(array, watch.states[0][name])
        elif name.startswith("body.2") and array.dtype == np.float32:
            assert not np.array_equal(array, watch.states[0][name])
    assert model.score(X, y) > 0.8


def test_bfloat16(beats, quick, path):
    X, y, _ = beats
    model, watch = watched(
        beats, quick, precision="bfloat16", pretrained=path, unfreeze_every=1, layer_decay=0.5
    )
    assert [len(parts) for parts in watch.moved()] == [1, 2, 3, 4, 4]
    assert model.score(X, y) > 0.8


def test_members_and_warm_starts_thaw_anew(beats, quick):
    X, y, _ = beats
    model, watch = watched(
        beats, quick, n_members=2, trainable=1, unfreeze_every=3, warm_start=True
    )
    one = [{"head"}] * 3 + [{"head", "2"}] * 2
    moved = watch.moved()
    assert moved[:5] == one
    assert moved[6:] == one[1:]  # between the members all is new
    watch.states.clear()
    model.set_params(n_members=1).fit(X, y)
    assert watch.moved() == one


def test_a_thawed_classifier_copies_and_goes_on(beats, quick):
    X, y, _ = beats
    model = CNNClassifier(unfreeze_every=1, layer_decay=0.5, **quick).fit(X, y)
    again = copy.deepcopy(model)
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert all(parameter.requires_grad for parameter in model.net_.module_.parameters())
    assert model.net_.module_(torch.from_numpy(X[:2])).shape == (2, 3)
