"""A pretrained network as a transformer."""

import math
from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_is_fitted

from heartbeat._beats_table import BeatsTableTransformer
from heartbeat._checks import check_option, check_whole
from heartbeat._layout import BeatLayout
from heartbeat._shown import shown
from heartbeat.neural._device import multiplies_bfloat16, resolve_device
from heartbeat.neural._encoding import POOLINGS, layer_output
from heartbeat.recording._lead_names import lead_direction
from heartbeat.transfer._encoding import Encoding
from heartbeat.transfer._source import Source, find_source
from heartbeat.transfer._window import find_window
from heartbeat.weights import check_units

__all__ = ["BeatEncoder"]


class BeatEncoder(BeatsTableTransformer):
    """Compute features of beats with a pretrained network.

    Use it as the first step of a Pipeline, before a linear model, a forest or an SVC, when there
    are few labelled beats: the transformer learns nothing from them, so that a hundred may be
    enough for the step after it. `layer` and `weights` can be searched like any parameter, and the
    features can stand beside others in a `FeatureUnion`.

    Parameters
    ----------
    weights : str or path, default="mitdb-ds1-centered"
        Name of the weights, one of `heartbeat.weights.list_weights`, or a file that
        `heartbeat.neural.save_classifier` wrote. `heartbeat.weights.model_card` tells what beats
        the network takes, and on which subjects it must not be tested.
    layer : "body", "embedding" or int, default="body"
        Layer whose output is returned. ``"body"`` is the output of all convolutions, which see
        only the waveform. ``"embedding"`` is the input of the last layer, after the context columns
        have been joined; if the network has context columns, the table needs them too, by name in
        a DataFrame, by number and order in an array. An int k is the output of the first k blocks
        of the body. Choose lower blocks for tasks that differ from the training of the network.
    pooling : None, "mean", "max" or "mean_max", default=None
        How each channel is pooled over time, for layers that have a time axis. None returns all
        samples. Pooled features tell what is in a beat, but not where, and are fewer. With
        ``layer="body"`` the last block with a time axis is pooled.
    fs : float, default=None
        Sampling rate of the beats in Hz. Beats with another sampling rate than the network expects
        are resampled as by `heartbeat.preprocessing.BeatResampler`. None means that of the network.
    before : float, default=None
        Time from the first sample to the R peak in s. Beats are shifted so that R is where the
        network expects it. None means that of the network.
    edges : {"raise", "pad"}, default="raise"
        What to do with beats that are shorter than the network expects. ``"raise"`` raises an
        error; ``"pad"`` repeats the first and last sample (zeros in the Kaggle layout).
    batch_size : int, default=512
        Number of waveforms computed at a time. It affects only speed and memory.
    precision : {"float32", "bfloat16", "auto"}, default="float32"
        Floating-point format of the convolutions. ``"bfloat16"`` has three significant digits and
        is faster on hardware that supports it. ``"auto"`` uses it on such hardware, so that
        features differ between machines.
    device : str, default="auto"
        ``"cpu"``, ``"cuda"``, or ``"auto"`` for a GPU if there is one.
    store_weights : bool, default=False
        Whether pickles contain the weights, as NumPy arrays. Set it to True to use the pickle where
        the weights are missing. By default a pickle is small, and weights are read when needed.
    n_leads, n_context : int, default=None
        Number of leads and of context columns. None reads them from the column names of a
        DataFrame; for an array it means one lead and no context.

    Attributes
    ----------
    weights_sha256_ : str
        SHA256 hash of the weights. Weights that have changed since `fit` raise an error.
    layout_ : BeatLayout
        Layout of the input.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, if the table was a DataFrame.

    See Also
    --------
    heartbeat.neural.CNNClassifier : Its parameter `pretrained` trains such a network further.
    heartbeat.features.MorphologyFeatures : Features with clinical names.
    heartbeat.weights.list_weights : Names of the weights.

    Notes
    -----
    Cut the beats as the model card says, with ``model_card(weights).segmentation`` as arguments of
    `load_beats` or `segment_beats`: in mV, for weights for any lead in units of their QRS complexes
    (``scaling="qrs"``), in the Kaggle layout from 0 to 1. Do not scale them further, because the
    network scales its input by constants that are part of the weights.

    A network for one lead computes the features of each lead of the table separately, one lead
    after another. If a file holds several networks, their features follow one another too. The
    context columns of the table come last, unchanged and with missing values, except those that
    ``"embedding"`` has used. The result is float32.

    Feature names tell where a feature comes from: ``body_f7``, ``block2_t11_c3`` (sample 11 of
    channel 3) or ``block2_max_c3``. With several leads the name of the lead stands before it, and
    with several networks ``member0`` and so on.

    `fit` only determines the layout; weights are read by the first `transform`.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.transfer import BeatEncoder
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> beats = make_beats(200, random_state=0)
    >>> encoder = BeatEncoder(layer=2, pooling="mean_max").fit(beats.data)
    >>> encoder.get_feature_names_out()[[0, -1]].tolist()
    ['block2_mean_c0', 'block2_max_c31']
    >>> model = make_pipeline(encoder, StandardScaler(), LogisticRegression(max_iter=1000))
    >>> model.fit(beats.data, beats.target).score(beats.data, beats.target) > 0.9
    True

    For beats that were cut at 250 Hz, from 0.6 s before R:

    >>> beats = make_beats(200, fs=250.0, before=0.6, random_state=0)
    >>> BeatEncoder(fs=250.0, before=0.6).fit_transform(beats.data).shape
    (200, 768)
    """

    def __init__(
        self,
        weights: Any = "mitdb-ds1-centered",
        *,
        layer: str | int = "body",
        pooling: str | None = None,
        fs: float | None = None,
        before: float | None = None,
        edges: str = "raise",
        batch_size: int = 512,
        precision: str = "float32",
        device: str = "auto",
        store_weights: bool = False,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.weights = weights
        self.layer = layer
        self.pooling = pooling
        self.fs = fs
        self.before = before
        self.edges = edges
        self.batch_size = batch_size
        self.precision = precision
        self.device = device
        self.store_weights = store_weights
        self.n_leads = n_leads
        self.n_context = n_context

    def fit(self, X: Any, y: Any = None) -> "BeatEncoder":
        """Determine how beats of this layout are fed to the network.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table. Only its columns are used, not its values.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        FileNotFoundError
            If `weights` is the path of a missing file.
        TypeError
            If `weights` is neither a name nor a path.
        ValueError
            If a parameter or the layout of the table does not fit the network.
        """
        # Set at the end, so that a failed refit leaves no mixture with the previous fit.
        self.__dict__.pop("weights_sha256_", None)
        self._check_parameters()
        source = find_source(self.weights)
        self._validate(X, reset=True)
        self._check_context(source)
        window = find_window(source, self.layout_.n_times, self.fs, self.before, self.edges)
        used = self._context_used(source)
        self._check_leads(source)
        output = layer_output(
            source.body, source.layout, source.n_classes, self.layer, self.pooling
        )
        self._encoding = Encoding(source, output, window)
        self._used = used
        self.weights_sha256_ = source.sha256
        return self

    def transform(self, X: Any) -> np.ndarray | pd.DataFrame:
        """Compute the features of beats.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table with the layout seen in `fit`.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_features_out + n_context), float32
            Features of each beat, then the context columns that were not used. A DataFrame if `X`
            is one.

        Raises
        ------
        FileNotFoundError
            If the weights are missing.
        ValueError
            If the weights have changed, or the network expects the Kaggle layout and beats are not
            within [0, 1].

        Warns
        -----
        UserWarning
            If the network expects beats in mV and the amplitudes cannot be mV.
        """
        check_is_fitted(self)
        self._check_parameters()
        given, X = X, self._validate(X, reset=False)
        waveforms, context = self.layout_.split(X)
        source, output = self._encoding.source, self._encoding.output
        if source.cut is not None:
            check_units(waveforms, source.name, source.cut)
        used, left = context[:, self._used], context[:, self._left()]
        assert_all_finite(used, input_name="the context columns of X", estimator_name="BeatEncoder")

        device = resolve_device(self.device)
        reduced = self.precision == "bfloat16"
        reduced = reduced or (self.precision == "auto" and multiplies_bfloat16(device))
        self._encoding.prepare(device, reduced=reduced)
        shape = len(X), self._n_encoded(), source.n_members, output.n_features
        n_features = math.prod(shape[1:])
        out = np.empty((len(X), n_features + left.shape[1]), dtype=np.float32)
        out[:, n_features:] = left
        features = out[:, :n_features].reshape(shape)
        batch_size = max(1, self.batch_size // self._n_encoded())
        self._encoding.encode(waveforms, used, features, batch_size)
        return self._like_input(given, out)

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> np.ndarray:
        """Return the names of the columns that `transform` returns.

        Parameters
        ----------
        input_features : iterable of str, optional
            Column names of the input, by default those seen in `fit`; leads and context columns
            are named after them.

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self)
        layout = self._input_layout(input_features)
        names, n_members = self._encoding.output.names(), self._encoding.source.n_members
        if n_members > 1:
            names = [f"member{i}_{name}" for i in range(n_members) for name in names]
        if self._n_encoded() > 1:
            names = [f"{lead}_{name}" for lead in layout.leads for name in names]
        left = [layout.context[column] for column in self._left()]
        return np.asarray(names + left, dtype=object)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__().copy()
        if self.__sklearn_is_fitted__():
            state["_encoding"] = self._encoding.with_weights(stored=self.store_weights)
        return state

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "weights_sha256_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _check_parameters(self) -> None:
        if self.layer not in ("body", "embedding"):
            if not isinstance(self.layer, Integral) or isinstance(self.layer, bool):
                raise ValueError(
                    "layer must be 'body', 'embedding' or a number of blocks >= 1, got "
                    f"{shown(self.layer)}."
                )
            check_whole("layer", self.layer)
        check_option("pooling", self.pooling, (None, *POOLINGS))
        check_option("edges", self.edges, ("raise", "pad"))
        check_option("precision", self.precision, ("auto", "bfloat16", "float32"))
        check_option("store_weights", self.store_weights, (False, True))
        check_whole("batch_size", self.batch_size)
        resolve_device(self.device)

    def _check_context(self, source: Source) -> None:
        """Raise an error if context columns would be treated as samples."""
        wanted, given = source.layout, self.layout_
        forgotten = wanted.n_context and not given.n_context and self.fs is None
        if forgotten and wanted.n_features == given.n_features:
            raise ValueError(
                f"this table, without a given context, has {given.n_times} samples per lead. The "
                f"weights {source.name!r} have the same number of columns including their context. "
                f"Set n_leads={wanted.n_leads}, n_context={wanted.n_context}, or pass a DataFrame "
                "with column names."
            )

    def _check_leads(self, source: Source) -> None:
        wanted, given = source.layout.n_leads, self.layout_.n_leads
        if wanted not in (1, given):
            raise ValueError(
                f"the weights {source.name!r} need {wanted} leads together, "
                f"{', '.join(source.layout.leads)}, but this table has {given}. Select these "
                "leads, or choose weights for one lead, which encode each lead separately."
            )
        theirs, ours = source.layout.leads, self.layout_.leads
        directions = [list(map(lead_direction, leads)) for leads in (theirs, ours)]
        if directions[0] != directions[1] and sorted(directions[0]) == sorted(directions[1]):
            raise ValueError(
                f"the weights {source.name!r} need the leads in the order {list(theirs)}, but this "
                f"table has the order {list(ours)}. Select the leads in the order of the weights."
            )
        if self.layer == "embedding" and source.layout.n_context and wanted != given:
            raise ValueError(
                f"layer='embedding' of the weights {source.name!r} combines one lead with the "
                f"context, but this table has {given} leads. Select one lead, or set layer='body'."
            )

    def _context_used(self, source: Source) -> list[int]:
        """Return the context columns that the network uses, in its order."""
        wanted, given = source.layout.context, self.layout_.context
        if self.layer != "embedding" or not wanted:
            return []
        if source.context_is_named and self._names_context(self.layout_):
            missing = [name for name in wanted if name not in given]
            if not missing:
                return [given.index(name) for name in wanted]
            problem = f"this table lacks {missing}"
        else:
            if len(given) == len(wanted):
                return list(range(len(wanted)))
            problem = f"this table has {len(given)} (n_context={self.n_context})"
        raise ValueError(
            f"layer='embedding' of the weights {source.name!r} needs the {len(wanted)} context "
            f"columns {list(wanted)}, but {problem}. Segment beats with this context "
            "(segment_beats(context=...)), or set layer='body', which uses only the waveform."
        )

    def _names_context(self, layout: BeatLayout) -> bool:
        """Tell whether the names of context columns were read from a DataFrame."""
        names = getattr(self, "feature_names_in_", None)
        return names is not None and tuple(names[layout.context_slice]) == layout.context

    def _left(self) -> list[int]:
        """Return the context columns that are passed through."""
        return [i for i in range(self.layout_.n_context) if i not in self._used]

    def _n_encoded(self) -> int:
        """Return the number of leads, each of which is encoded separately."""
        return self.layout_.n_leads // self._encoding.source.layout.n_leads
