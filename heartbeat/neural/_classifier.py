"""Convolutional networks as a scikit-learn classifier."""

import os
import sys
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from heartbeat._beats_table import check_table
from heartbeat._checks import check_one_per_beat, fresh_random_state
from heartbeat._compat import (
    CallbackSupport,
    check_sample_weight,
    fit_progress,
    with_callbacks,
)
from heartbeat._layout import BeatLayout, fitted_layout
from heartbeat._shown import in_plain_words
from heartbeat._watched import is_watched
from heartbeat.neural._checks import check_known_classes, check_parameters, naming_the_card
from heartbeat.neural._device import multiplies_bfloat16, resolve_device, use_bfloat16
from heartbeat.neural._early_stopping import Progress
from heartbeat.neural._ensemble import train_members
from heartbeat.neural._inference import prepare_network, run_network
from heartbeat.neural._kept_state import kept_state, reduced_with_builders, restored_state
from heartbeat.neural._net import BeatNet
from heartbeat.neural._network import BeatNetwork, untrained_network
from heartbeat.neural._parts import count_parts
from heartbeat.neural._pretrained import PretrainedStart, pretrained_start
from heartbeat.neural._rows import divide_rows
from heartbeat.neural._seeding import borrowed_threads
from heartbeat.neural._state import Weights, write_weights
from heartbeat.neural._training import TrainingSettings
from heartbeat.neural.architectures import Builder, architecture_name, chosen_knobs
from heartbeat.weights import check_units

__all__ = ["CNNClassifier"]

_KNOBS = ("width", "depth", "kernel_size", "dropout")
_LARGEST_SEED = np.iinfo(np.int32).max
_RESAMPLE_INSIDE = (
    "Pass the sampler as CNNClassifier(resampler=...), or resample with "
    "heartbeat.resampling.resample_with before the fit: both resample groups and weights as well."
)


class CNNClassifier(CallbackSupport, ClassifierMixin, BaseEstimator):
    """Train a convolutional network to classify heartbeats, as a scikit-learn classifier.

    Use it like any classifier of scikit-learn: in Pipelines, searches, calibration and stacking,
    with `clone` and `pickle`. The table holds the waveforms of one or several leads and, after
    them, context columns such as RR intervals. Nearly all parameters are numbers or names, so that
    a search can try architectures and training settings alike.

    Parameters
    ----------
    architecture : str or callable, default="lite"
        Architecture of the convolutional layers (the body): one of `list_architectures`, or your
        own function or module class, see `register_architecture`. ``"lite"`` is made for a few CPU
        cores.
    width, depth, kernel_size : int, default=None
        Number of channels, number of blocks, and length of the kernels in samples. None takes the
        defaults of the architecture (`architecture_defaults`).
    dropout : float in [0, 1), default=None
        Share of features that are dropped in training. Raise it if the network overfits. None
        takes the default of the architecture.
    n_leads, n_context : int, default=None
        Number of leads and of context columns. None reads them from the column names of a
        DataFrame; for an array it means one lead and no context.
    max_epochs : int, default=20
        Number of passes through the training beats.
    batch_size : int, default=256
        Number of beats in each optimisation step.
    lr : float, default=3e-3
        Learning rate, the highest of the schedule.
    schedule : {"one_cycle", "cosine", "linear", "constant"}, default="one_cycle"
        How the learning rate changes from batch to batch.
    optimizer : {"adamw", "adam", "nadam", "radam", "sgd"}, default="adamw"
        Optimiser. ``"sgd"`` has a Nesterov momentum of 0.9 and needs a learning rate about 10 times
        as large.
    weight_decay : float, default=0.01
        Decay of kernels and matrices. Biases and normalisation layers do not decay.
    loss : {"cross_entropy", "label_smoothing", "focal", "logit_adjusted"}, \
default="cross_entropy"
        Loss function. ``"label_smoothing"`` distributes 0.05 of each target over all classes;
        ``"focal"`` has a gamma of 2. ``"logit_adjusted"`` (Menon et al. 2021) trains for classes of
        equal frequency; choose it to find more beats of rare classes.
    class_weight : None, "balanced" or dict, default=None
        Weight of the beats of each class, by label. ``"balanced"`` gives all classes the same
        total weight, after resampling.
    resampler : sampler of imbalanced-learn or list of them, default=None
        Sampler that is applied to the training beats only, after the validation beats have been
        held out. It is cloned.
    augment : None, "default", float, str or list of str, default=None
        Random changes of the training beats, drawn anew for each batch. ``"default"`` changes gain,
        offset and position slightly and adds a little noise; a number up to 3 scales the strength
        of these changes. Names are functions of `heartbeat.resampling`, such as ``"add_wander"`` or
        ``["shift_time", "drop_leads"]``, with their default parameters, which are for beats at
        125 Hz.
    early_stopping : bool or int, default=False
        Whether to hold out beats and to stop when the loss on them has not decreased for 5 epochs,
        or for this number of epochs. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of beats that are held out for `early_stopping`. If `fit` gets groups, whole groups
        are held out.
    ema : float in (0, 1), default=None
        Decay of an exponential moving average of the weights, such as 0.999. With it, the averaged
        weights predict.
    n_members : int, default=1
        Number of networks that are trained with different random numbers. Their probabilities are
        averaged.
    precision : {"auto", "float32", "bfloat16"}, default="auto"
        Floating-point format of the convolutions, in training and in prediction. ``"auto"`` takes
        bfloat16 for 5,000 training beats or more on processors that are faster with it;
        `precision_` is the format taken. Prediction falls back to float32 on other processors.
    pretrained : str or path, default=None
        Pretrained weights to start from: one of `heartbeat.weights.list_weights`, or a file that
        `save_classifier` wrote. The architecture must be the same; classes and context columns may
        differ. Layers that do not fit are initialised at random: the head (the last layer) if `y`
        has a class that the weights do not know, and the head and the context layers if the context
        columns differ. Context columns of a DataFrame are the same if their names are, in any
        order; those of an array, if their number is.
    trainable : "all", "head" or int, default="all"
        Layers to train: all, only the head, or an int for the last blocks of the body and the
        layers after them. Choose ``"head"`` or few blocks when there are few beats. Frozen layers
        keep their batch statistics. Layers that are initialised at random although `pretrained` is
        set are always trained, context layers included.
    layer_decay : float in (0, 1], default=1.0
        Factor by which the learning rate falls from each layer to the layer before it, so that
        layers near the input change less (discriminative learning rates; 0.38 in Howard & Ruder
        2018). The head has the learning rate `lr`. Next come the context layers, which share the
        learning rate of the head if they are new to a pretrained network, and then the blocks of
        the body.
    unfreeze_every : int, default=None
        Number of epochs after which the next layer starts to train (gradual unfreezing, same
        paper). The head starts alone; layers follow in the order of `layer_decay`, as far as
        `trainable` allows. There is a warning if `max_epochs` is too small for all of them. Early
        stopping starts when all of them train.
    warm_start : bool, default=False
        Whether `fit` continues from the weights of the previous fit, with a new schedule.
    device : str, default="auto"
        ``"cpu"``, ``"cuda"``, or ``"auto"`` for a GPU if there is one. A fitted classifier holds
        NumPy arrays, so that it can be unpickled on a machine without GPU. GPUs have not been
        tested in this release.
    callbacks : list of skorch callbacks, default=None
        Callbacks that are copied for each network, see ``net_.callbacks_``. They see classes as
        indices into `classes_`.
    verbose : int, default=0
        0 is silent, 1 prints a line an epoch where it goes to a terminal or a notebook, 2 always
        prints: to a log file, and from the workers of a parallel search.
    random_state : int, RandomState or None, default=None
        Controls initial weights, order of beats, dropout, augmentation and validation beats. The
        same int gives the same network, bit for bit, on the same machine with the same number of
        threads. The global generators of NumPy and torch are not used.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted. For matrices and reports in the order of the standard, give scikit-learn's
        functions ``labels=heartbeat.labels.AAMI_CLASSES``.
    layout_ : BeatLayout
        Numbers and names of leads, samples and context columns.
    members_ : list of dict of str to ndarray
        Weights of each network.
    card_ : ModelCard
        Model card, if `load_classifier` has loaded weights of the package; until the next `fit`.
    n_iter_ : int
        Number of epochs trained; with several members, the largest. It is not saved to files.
    history_ : DataFrame
        One row for each epoch of each member: ``member``, ``epoch``, ``train_loss``,
        ``valid_loss`` (with early stopping), ``dur`` (seconds).
    precision_ : str
        Floating-point format of the training.
    net_ : skorch.NeuralNet
        First network, as a skorch object. It is rebuilt from `members_` after unpickling.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, if `X` was a DataFrame.

    See Also
    --------
    load_classifier, save_classifier : Read and write a fitted classifier.
    list_architectures : Names of the architectures.
    heartbeat.transfer.BeatEncoder : Computes features with a pretrained network.
    heartbeat.pipelines.make_forest_baseline : A classifier that trains faster.

    Notes
    -----
    Ctrl-C ends a fit with a KeyboardInterrupt, so that scripts and searches stop. The classifier
    remains usable with the weights trained so far; an ensemble has its finished members.

    From scikit-learn 1.9 on, ``set_callbacks(sklearn.callback.ProgressBar())`` on the classifier,
    or on a search around it, shows a bar that moves by the epoch. imbalanced-learn's `Pipeline`
    takes such callbacks and does not hand them on to its steps: there, set them on the network
    itself (``pipeline[-1].set_callbacks(...)``), or use `verbose`, which always works.

    On several threads of a processor each takes a part of every batch, of 64 beats or more, and
    batch normalisation goes by the beats of a part. Architectures of yours train on whole batches.

    In a parallel search, leave threads to the search (``GridSearchCV(..., n_jobs=2)``): within
    its workers each fit takes one thread. Fits in threads of one process
    (``backend="threading"``) share torch's generator, and so are not reproducible.

    References
    ----------
    See `describe_architecture` for the paper of each architecture.

    J. Howard, S. Ruder, "Universal Language Model Fine-tuning for Text Classification", ACL, 2018,
    for `layer_decay` and `unfreeze_every`.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.neural import CNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["N", "V"], 100)
    >>> time = np.linspace(-0.5, 1, 187)
    >>> width = np.where(y == "N", 0.02, 0.08)[:, None]
    >>> X = np.exp(-((time / width) ** 2)) + 0.1 * rng.standard_normal((200, 187))
    >>> model = CNNClassifier(max_epochs=3, batch_size=32, random_state=0).fit(X, y)
    >>> model.score(X, y)
    1.0
    >>> model.predict_proba(X).shape
    (200, 2)
    """

    def __init__(
        self,
        architecture: str | Builder = "lite",
        *,
        width: int | None = None,
        depth: int | None = None,
        kernel_size: int | None = None,
        dropout: float | None = None,
        n_leads: int | None = None,
        n_context: int | None = None,
        max_epochs: int = 20,
        batch_size: int = 256,
        lr: float = 3e-3,
        schedule: str = "one_cycle",
        optimizer: str = "adamw",
        weight_decay: float = 0.01,
        loss: str = "cross_entropy",
        class_weight: dict[str, float] | str | None = None,
        resampler: Any = None,
        augment: Any = None,
        early_stopping: bool | int = False,
        validation_fraction: float = 0.1,
        ema: float | None = None,
        n_members: int = 1,
        precision: str = "auto",
        pretrained: str | os.PathLike | None = None,
        trainable: str | int = "all",
        layer_decay: float = 1.0,
        unfreeze_every: int | None = None,
        warm_start: bool = False,
        device: str = "auto",
        callbacks: Any = None,
        verbose: int = 0,
        random_state: Any = None,
    ):
        self.architecture = architecture
        self.width = width
        self.depth = depth
        self.kernel_size = kernel_size
        self.dropout = dropout
        self.n_leads = n_leads
        self.n_context = n_context
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.schedule = schedule
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.loss = loss
        self.class_weight = class_weight
        self.resampler = resampler
        self.augment = augment
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.ema = ema
        self.n_members = n_members
        self.precision = precision
        self.pretrained = pretrained
        self.trainable = trainable
        self.layer_decay = layer_decay
        self.unfreeze_every = unfreeze_every
        self.warm_start = warm_start
        self.device = device
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Train the network or networks.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        y : array-like of shape (n_beats,)
            Labels.
        sample_weight : array-like of shape (n_beats,), default=None
            Weight of each beat in the loss.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat. With `early_stopping`, no subject is both trained on and
            validated on.

        Returns
        -------
        self : CNNClassifier

        Raises
        ------
        ValueError
            If a parameter, the table's layout, or the division into training and validation part
            does not fit.
        """
        check_parameters(self)
        goes_on = self.warm_start and hasattr(self, "members_")
        with naming_the_card(self), in_plain_words():
            X, y = validate_data(self, X, y, dtype=np.float32, reset=not goes_on)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if groups is not None:
            groups = column_or_1d(groups)
            check_one_per_beat("groups", groups, len(X), _RESAMPLE_INSIDE)
        if sample_weight is not None:
            check_one_per_beat("sample_weight", sample_weight, len(X), _RESAMPLE_INSIDE)
            sample_weight = check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
            kept = sample_weight > 0
            X, y, sample_weight = X[kept], y[kept], sample_weight[kept]
            groups = None if groups is None else groups[kept]
        layout = fitted_layout(self)
        classes = check_known_classes(y, getattr(self, "classes_", None) if goes_on else None)
        body = self._chosen_body()
        start = self._starting_weights(body, layout, classes, X, goes_on)
        fresh = start.fresh if isinstance(start, PretrainedStart) else frozenset()
        random_state = fresh_random_state(self.random_state)
        train, valid = divide_rows(self, X, y, classes, sample_weight, groups, random_state)
        device = resolve_device(self.device)
        reduced = use_bfloat16(self.precision, device, len(train.rows))

        seeds = random_state.randint(_LARGEST_SEED, size=self.n_members).tolist()
        with (
            fit_progress(self, int(self.n_members * self.max_epochs), "epoch") as progress,
            borrowed_threads() as n_threads,
        ):
            n_parts = count_parts(
                body["architecture"], n_threads, int(self.batch_size), len(train.rows), device
            )
            torch.set_num_threads(n_threads // n_parts)
            trained = train_members(
                lambda: BeatNetwork(layout=layout, n_classes=len(classes), **body),
                start,
                train,
                valid,
                self._settings(device, reduced, n_parts, progress, fresh),
                seeds,
            )
        if trained.members:
            # After training on other beats, in any unit, the model card no longer applies.
            self.__dict__.pop("card_", None)
            self.classes_ = classes
            self.layout_ = layout
            self.members_ = trained.members
            self._body = body
            self.history_ = trained.history
            self.n_iter_ = int(trained.history["epoch"].max()) if len(trained.history) else 0
            self.precision_ = "bfloat16" if reduced else "float32"
            self._networks = [net.module_ for net in trained.nets]
            self._skorch_net = trained.nets[0]
            self._ready_on: torch.device | None = None
            self._prepared()
        if trained.interrupted:
            raise KeyboardInterrupt
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the label of each beat.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats,)
        """
        log_proba = self._log_proba(X)
        return self.classes_[log_proba.argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats, n_classes), float64
            In the order of `classes_`.
        """
        proba = np.exp(self._log_proba(X))
        return proba / proba.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats, n_classes), float64
            In the order of `classes_`. Finite where `predict_proba` has underflowed to 0.
        """
        return self._log_proba(X)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return logarithms of probabilities; for two classes, the log odds of the second.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats, n_classes), or (n_beats,) for two classes
        """
        log_proba = self._log_proba(X)
        return log_proba[:, 1] - log_proba[:, 0] if log_proba.shape[1] == 2 else log_proba

    def embed(self, X: Any) -> np.ndarray:
        """Return the features that the last layer sees.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats, n_embedding), float32
            Those of all members, side by side.
        """
        X = self._validated(X)
        return np.hstack([self._run(network.embed, X) for network in self._prepared()])

    @property
    def net_(self) -> Any:
        """The skorch network of the first member."""
        check_is_fitted(self)
        if not hasattr(self, "_skorch_net"):
            self._skorch_net = BeatNet(
                self._built()[0], criterion=torch.nn.CrossEntropyLoss(), device="cpu"
            ).initialize()
        return self._skorch_net

    def __getstate__(self) -> dict[str, Any]:
        return kept_state(super().__getstate__())

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(restored_state(state))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return reduced_with_builders(super().__reduce_ex__(protocol))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "members_")

    def _settings(
        self,
        device: torch.device,
        reduced: bool,
        n_parts: int,
        progress: Any,
        fresh: frozenset[str],
    ) -> TrainingSettings:
        return TrainingSettings(
            # Python numbers, because torch does not accept NumPy numbers everywhere.
            max_epochs=int(self.max_epochs),
            batch_size=int(self.batch_size),
            lr=float(self.lr),
            schedule=self.schedule,
            optimizer=self.optimizer,
            weight_decay=float(self.weight_decay),
            loss=self.loss,
            augment=self.augment,
            early_stopping=self.early_stopping,
            ema=self.ema,
            trainable=self.trainable,
            fresh=fresh,
            layer_decay=float(self.layer_decay),
            unfreeze_every=None if self.unfreeze_every is None else int(self.unfreeze_every),
            reduced=reduced,
            device=device,
            n_parts=n_parts,
            verbose=int(self.verbose > 1 or (self.verbose == 1 and is_watched(sys.stdout))),
            progress=Progress(progress),
            callbacks=list(self.callbacks or []),
        )

    def _chosen_body(self) -> dict[str, Any]:
        """Return the architecture and its parameters, with defaults instead of None."""
        knobs = {knob: getattr(self, knob) for knob in _KNOBS}
        name = architecture_name(self.architecture)
        return {"architecture": name, **chosen_knobs(name, **knobs)}

    def _starting_weights(
        self,
        body: dict[str, Any],
        layout: BeatLayout,
        classes: np.ndarray,
        rows: np.ndarray,
        goes_on: bool,
    ) -> Any:
        """Return the initial weights of the networks, or None for random ones."""
        if goes_on:
            return self._go_on
        if self.pretrained is not None:
            return pretrained_start(self.pretrained, body, layout, classes, rows)
        return None

    def _go_on(self, network: BeatNetwork, number: int, rows: np.ndarray) -> Weights:
        """Return the weights of a member after the last fit."""
        weights = self.members_[number % len(self.members_)]
        shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        if shapes != {name: array.shape for name, array in weights.items()}:
            raise ValueError(
                "warm_start=True continues to train the network of the last fit, but architecture, "
                f"{', '.join(_KNOBS)}, n_leads or n_context has changed since then. Restore the "
                "old values, or set warm_start=False."
            )
        return weights

    def _built(self) -> list[BeatNetwork]:
        """Return the networks; rebuild them from `members_` after unpickling."""
        if not hasattr(self, "_networks"):
            networks = []
            for weights in self.members_:
                # Use the fitted architecture, as the parameters may have changed since then.
                network = untrained_network(self._body, self.layout_, len(self.classes_))
                write_weights(network, weights)
                networks.append(network)
            self._networks = networks
        return self._networks

    def _validated(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        if getattr(X, "shape", (1,))[0] == 0:
            raise ValueError(
                f"there are no beats to classify: X has shape {tuple(X.shape)}. A recording "
                "without detected beats gives such a table. heartbeat.annotation.BeatAnnotator "
                "handles such recordings."
            )
        with naming_the_card(self), in_plain_words():
            X = check_table(self, X)
        card = getattr(self, "card_", None)
        if card is not None:
            check_units(self.layout_.split(X)[0], card.name, card.layout, only_warn=True)
        return X

    def _prepared(self) -> list[BeatNetwork]:
        """Return the networks prepared for prediction on the current device."""
        device = resolve_device(self.device)
        if getattr(self, "_ready_on", None) != device:
            # On hardware that emulates bfloat16, it is many times slower than float32.
            reduced = self.precision_ == "bfloat16"
            reduced = reduced and (self.precision != "auto" or multiplies_bfloat16(device))
            self._ready = [
                prepare_network(network, reduced=reduced).to(device) for network in self._built()
            ]
            self._ready_on = device
        return self._ready

    def _run(self, function: Any, X: np.ndarray) -> np.ndarray:
        return run_network(function, X, resolve_device(self.device))

    def _log_proba(self, X: Any) -> np.ndarray:
        """Return the logarithms of the mean probabilities of the members."""
        X = self._validated(X)
        total = None
        for network in self._prepared():
            logits = self._run(network, X).astype(np.float64)
            log_proba = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
            total = log_proba if total is None else np.logaddexp(total, log_proba)
        return total - np.log(len(self.members_))
