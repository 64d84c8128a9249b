"""Steps of a Pipeline as torch modules over rows of a beats table, float32 in and out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.base import is_classifier
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from heartbeat._layout import BeatLayout
from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.export._tree_scores import name_trees, tree_scores
from heartbeat.neural import CNNClassifier
from heartbeat.neural._inference import prepare_network
from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatCropper,
    BeatResampler,
    BeatScaler,
    NotchFilter,
    SubjectNormalizer,
)
from heartbeat.transfer import BeatEncoder

__all__ = ["module_of", "steps_of"]

_INFO = torch.finfo(torch.float32)


def steps_of(estimator: Any) -> list[Any]:
    """Return the fitted steps that are applied in prediction, one if it is not a Pipeline.

    Raises
    ------
    TypeError
        If a step cannot be exported, or a classifier is not the last step.
    ValueError
        If there is no step to export.
    """
    if not isinstance(estimator, Pipeline):
        if not isinstance(estimator, tuple(_BUILDERS)):
            raise TypeError(
                f"{type(estimator).__name__} cannot be exported to ONNX. Steps that can be "
                f"exported are {_expressible()}. Save such a model with "
                "heartbeat.export.save_pipeline, or export only the steps that can be exported."
            )
        return [estimator]
    steps = [step for _, step in estimator.steps if step not in (None, "passthrough")]
    steps = [part for step in steps if not hasattr(step, "fit_resample") for part in steps_of(step)]
    if not steps:
        raise ValueError(
            f"the Pipeline has no step to export. Steps that can be exported are {_expressible()}."
        )
    early = [step for step in steps[:-1] if is_classifier(step)]
    if early:
        raise TypeError(
            f"{type(early[0]).__name__} is a classifier, which must be the last step of the "
            "Pipeline."
        )
    return steps


def module_of(estimator: Any) -> nn.Module:
    """Return a module that computes the same as a fitted step or Pipeline.

    Raises
    ------
    TypeError
        If a step is not one of those that can be exported.
    ValueError
        If it cannot be exported with these parameters.
    """
    return nn.Sequential(*map(_build, steps_of(estimator))).eval()


def _build(step: Any) -> nn.Module:
    return next(build(step) for cls, build in _BUILDERS.items() if isinstance(step, cls))


def _expressible() -> str:
    return ", ".join(sorted(cls.__name__ for cls in _BUILDERS))


class _OnWaveforms(nn.Module):
    """Base of modules that change waveforms (n_beats, n_leads, n_times) and keep the context."""

    change: Callable[[Tensor], Tensor]

    def __init__(self, layout: BeatLayout):
        super().__init__()
        self.n_leads, self.n_times, self.n_context = (
            layout.n_leads, layout.n_times, layout.n_context,
        )  # fmt: skip

    def forward(self, rows: Tensor) -> Tensor:
        n_waveform = self.n_leads * self.n_times
        waveforms = rows[:, :n_waveform].reshape(-1, self.n_leads, self.n_times)
        changed = self.change(waveforms).flatten(1)
        return torch.cat([changed, rows[:, n_waveform:]], dim=1) if self.n_context else changed


class _Product(_OnWaveforms):
    """Filters and resampling, as one matrix per lead."""

    matrix: Tensor

    def __init__(self, step: Any):
        super().__init__(step.layout_)
        self.register_buffer("matrix", _float32(step.operator_.matrix))

    def change(self, waveforms: Tensor) -> Tensor:
        return waveforms @ self.matrix


class _Crop(_OnWaveforms):
    def __init__(self, step: BeatCropper):
        super().__init__(step.layout_)
        self.start, self.stop = step.start_, step.stop_

    def change(self, waveforms: Tensor) -> Tensor:
        return waveforms[..., self.start : self.stop]


class _Scale(_OnWaveforms):
    """`BeatScaler`, where the statistics are explained."""

    def __init__(self, step: BeatScaler):
        super().__init__(step.layout_)
        self.method, self.per_beat, self.window = step.method, step.per == "beat", step._r_window

    def change(self, waveforms: Tensor) -> Tensor:
        groups = waveforms.flatten(1).unsqueeze(1) if self.per_beat else waveforms
        center, scale = self._statistics(groups, waveforms[..., self.window])
        rounding = torch.clamp(10 * _INFO.eps * center.abs(), min=_INFO.tiny)
        constant = scale <= rounding
        scaled = (waveforms - center) / torch.where(constant, torch.ones_like(scale), scale)
        return torch.where(constant, torch.zeros_like(scaled), scaled)

    def _statistics(self, groups: Tensor, around_r: Tensor) -> tuple[Tensor, Tensor]:
        if self.method == "minmax":
            low = groups.amin(-1, keepdim=True)
            return low, groups.amax(-1, keepdim=True) - low
        if self.method == "zscore":
            mean = groups.mean(-1, keepdim=True)
            return mean, (groups - mean).square().mean(-1, keepdim=True).sqrt()
        ordered = groups.sort(dim=-1).values
        median = _quantile(ordered, 0.5)
        if self.method == "robust":
            return median, _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
        highest = around_r.amax(-1, keepdim=True) - median
        scale = torch.maximum(highest, median - around_r.amin(-1, keepdim=True))
        return median, scale.amax(1, keepdim=True) if self.per_beat else scale


class _Normalize(_OnWaveforms):
    """`SubjectNormalizer` as fitted on a record."""

    center: Tensor
    factor: Tensor

    def __init__(self, step: SubjectNormalizer):
        super().__init__(step.layout_)
        if step.center_ is None or step.scale_ is None:
            raise ValueError(
                "SubjectNormalizer was fitted with groups, but the exported file cannot know the "
                "subject of a beat. Fit it on one record, without groups."
            )
        scale = np.where(step.scale_ > 0, step.scale_, np.inf)
        self.register_buffer("center", _float32(step.center_))
        self.register_buffer("factor", _float32(1 / scale))

    def change(self, waveforms: Tensor) -> Tensor:
        return (waveforms - self.center) * self.factor


class _Network(nn.Module):
    """`CNNClassifier`: the mean of its members' probabilities."""

    def __init__(self, step: CNNClassifier):
        super().__init__()
        self.members = nn.ModuleList(
            prepare_network(network, reduced=False).cpu() for network in step._built()
        )

    def forward(self, rows: Tensor) -> Tensor:
        total = torch.softmax(self.members[0](rows), dim=1)
        for member in list(self.members)[1:]:
            total = total + torch.softmax(member(rows), dim=1)
        return total / len(self.members)


class _Encoder(nn.Module):
    """`BeatEncoder`: the features of all leads and members, then the context."""

    matrix: Tensor | None
    used: Tensor
    left: Tensor

    def __init__(self, step: BeatEncoder):
        super().__init__()
        encoding = step._encoding
        encoding.prepare(torch.device("cpu"), reduced=False)
        self._members = encoding._networks
        self.members = nn.ModuleList(self._members)
        operator = encoding._operator
        self.register_buffer("matrix", None if operator is None else _float32(operator.matrix))
        self.n_waveform, self.n_times = step.layout_.n_waveform, step.layout_.n_times
        self.n_encoded, self.n_seen = step._n_encoded(), encoding.source.layout.n_waveform
        for name, columns in (("used", step._used), ("left", step._left())):
            self.register_buffer(name, torch.tensor(columns, dtype=torch.int64))

    def forward(self, rows: Tensor) -> Tensor:
        waveforms, context = rows[:, : self.n_waveform], rows[:, self.n_waveform :]
        if self.matrix is not None:
            waveforms = waveforms.reshape(-1, self.n_times) @ self.matrix
        seen = waveforms.reshape(-1, self.n_seen)
        if len(self.used):
            seen = torch.cat([seen, context[:, self.used]], dim=1)
        features = torch.cat([member.embed(seen) for member in self._members], dim=1)
        features = features.reshape(-1, self.n_encoded * features.shape[1])
        return torch.cat([features, context[:, self.left]], dim=1) if len(self.left) else features


class _Standardize(nn.Module):
    center: Tensor
    scale: Tensor

    def __init__(self, step: StandardScaler):
        super().__init__()
        n = step.n_features_in_
        center = step.mean_ if step.with_mean else np.zeros(n)
        scale = step.scale_ if step.with_std else np.ones(n)
        self.register_buffer("center", _float32(center))
        self.register_buffer("scale", _float32(scale))

    def forward(self, rows: Tensor) -> Tensor:
        return (rows - self.center) / self.scale


class _Logistic(nn.Module):
    coef: Tensor
    intercept: Tensor

    def __init__(self, step: LogisticRegression):
        super().__init__()
        one_vs_rest = getattr(step, "multi_class", "auto") == "ovr" or step.solver == "liblinear"
        if one_vs_rest and len(step.classes_) > 2:
            raise ValueError(
                f"LogisticRegression(solver={step.solver!r}) fits one class against the rest, "
                "which cannot be exported. Use another solver, which fits a multinomial model."
            )
        self.register_buffer("coef", _float32(step.coef_.T))
        self.register_buffer("intercept", _float32(step.intercept_))

    def forward(self, rows: Tensor) -> Tensor:
        return _probabilities(rows @ self.coef + self.intercept)


class _Trees(nn.Module):
    """`BoostedTreesClassifier`."""

    def __init__(self, step: BoostedTreesClassifier):
        super().__init__()
        self.trees = step.trees_
        self.number = name_trees(self.trees)

    def forward(self, rows: Tensor) -> Tensor:
        return _probabilities(tree_scores(rows, self.number, self.trees.n_outputs))


class _Voting(nn.Module):
    """`VotingClassifier`: the weighted mean of the probabilities of its parts."""

    weights: Tensor

    def __init__(self, step: VotingClassifier):
        super().__init__()
        if step.voting != "soft":
            raise ValueError(
                "VotingClassifier(voting='hard') counts labels and cannot be exported to ONNX. Use "
                "voting='soft', which averages probabilities."
            )
        self.parts = nn.ModuleList(map(module_of, step.estimators_))
        weights = step._weights_not_none
        weights = np.ones(len(self.parts)) if weights is None else np.asarray(weights)
        self.register_buffer("weights", _float32(weights / weights.sum()))

    def forward(self, rows: Tensor) -> Tensor:
        probabilities = [part(rows) for part in self.parts]
        return (torch.stack(probabilities, dim=-1) * self.weights).sum(-1)


def _baseline(step: BaselineRemover) -> nn.Module:
    if step.operator_ is None:
        raise ValueError(
            f"BaselineRemover(method={step.method!r}) is not a matrix product and cannot be "
            "exported to ONNX. Use method='highpass' or 'spline'."
        )
    return _Product(step)


_BUILDERS: dict[type, Callable[[Any], nn.Module]] = {
    BandpassFilter: _Product,
    BaselineRemover: _baseline,
    BeatCropper: _Crop,
    BeatEncoder: _Encoder,
    BeatResampler: _Product,
    BeatScaler: _Scale,
    BoostedTreesClassifier: _Trees,
    CNNClassifier: _Network,
    LogisticRegression: _Logistic,
    NotchFilter: _Product,
    StandardScaler: _Standardize,
    SubjectNormalizer: _Normalize,
    VotingClassifier: _Voting,
}


def _float32(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(values, dtype=np.float32))


def _probabilities(scores: Tensor) -> Tensor:
    """Return the probabilities of classes from a score for each, or one score for two classes."""
    if scores.shape[1] == 1:
        return torch.cat([torch.sigmoid(-scores), torch.sigmoid(scores)], dim=1)
    return torch.softmax(scores, dim=1)


def _quantile(ordered: Tensor, share: float) -> Tensor:
    """Return a quantile of sorted values, interpolated linearly."""
    last = ordered.shape[-1] - 1
    below = int(share * last)
    above = min(below + 1, last)
    lower, upper = ordered[..., below : below + 1], ordered[..., above : above + 1]
    return lower + (share * last - below) * (upper - lower)
