"""From rows of a beats table to logits."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from heartbeat._layout import BeatLayout
from heartbeat.neural._seeding import borrowed_generators
from heartbeat.neural.architectures import build_backbone

__all__ = ["BeatNetwork", "untrained_network"]

# A body may end in a thousand features: joined at full width, a few context columns would cost
# more weights than all convolutions.
_CONTEXT_WIDTH, _JOINED_WIDTH = 32, 128


class BeatNetwork(nn.Module):
    """A body over the waveform, the context columns joined after it, a linear head.

    Leads and context columns are standardised by constants that `set_scale` learns from the
    training beats; they are part of the weights.

    Parameters
    ----------
    architecture : str
        Name of the body.
    layout : BeatLayout
        How rows are laid out.
    n_classes : int
        Number of logits.
    **knobs : float or None
        ``width``, ``depth``, ``kernel_size`` and ``dropout``.
    """

    lead_mean: Tensor
    lead_scale: Tensor
    context_mean: Tensor
    context_scale: Tensor
    body: nn.Module
    context_body: nn.Module | None
    join: nn.Module | None

    def __init__(
        self, architecture: str, layout: BeatLayout, n_classes: int, **knobs: float | None
    ):
        super().__init__()
        self.n_leads, self.n_times, self.n_context = (
            layout.n_leads,
            layout.n_times,
            layout.n_context,
        )
        self.body_dtype = torch.float32
        for name, shape in (("lead", (self.n_leads, 1)), ("context", (self.n_context,))):
            self.register_buffer(f"{name}_mean", torch.zeros(shape))
            self.register_buffer(f"{name}_scale", torch.ones(shape))
        self.body = build_backbone(architecture, self.n_leads, self.n_times, **knobs)
        n_features = self._count_features(architecture)
        self.context_body = self.join = None
        if self.n_context:
            self.context_body = nn.Sequential(nn.Linear(self.n_context, _CONTEXT_WIDTH), nn.ReLU())
            n_features += _CONTEXT_WIDTH
            n_joined = min(n_features, _JOINED_WIDTH)
            self.join = nn.Sequential(nn.Linear(n_features, n_joined), nn.ReLU())
            n_features = n_joined
        self.n_features = n_features
        self.head = nn.Linear(n_features, n_classes)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def embed(self, rows: Tensor) -> Tensor:
        """Return what the head sees: features of shape (n_beats, n_features)."""
        n_waveform = self.n_leads * self.n_times
        waveforms = rows[:, :n_waveform].reshape(-1, self.n_leads, self.n_times)
        waveforms = (waveforms - self.lead_mean) / self.lead_scale
        features = self.body(waveforms.to(self.body_dtype)).float()
        if self.context_body is not None and self.join is not None:
            context = (rows[:, n_waveform:] - self.context_mean) / self.context_scale
            features = self.join(torch.cat([features, self.context_body(context)], dim=1))
        return features

    def forward(self, rows: Tensor) -> Tensor:
        """Return logits of shape (n_beats, n_classes), always float32."""
        features = self.embed(rows)
        # A bfloat16 logit has three digits: too few to rank beats by.
        with torch.autocast(features.device.type, enabled=False):
            return self.head(features.to(self.head.weight.dtype)).float()

    @torch.no_grad()
    def set_scale(self, rows: np.ndarray) -> None:
        """Learn mean and standard deviation of each lead and each context column."""
        n_waveform = self.n_leads * self.n_times
        waveforms = rows[:, :n_waveform].reshape(-1, self.n_leads, self.n_times)
        for name, values, axis in (
            ("lead", waveforms, (0, 2)),
            ("context", rows[:, n_waveform:], 0),
        ):
            mean, scale = values.mean(axis, np.float64), values.std(axis, dtype=np.float64)
            scale = np.where(scale > 1e-12 * np.abs(mean), scale, 1.0)
            for suffix, learned in (("mean", mean), ("scale", np.where(scale > 0, scale, 1.0))):
                buffer = getattr(self, f"{name}_{suffix}")
                buffer.copy_(torch.from_numpy(learned).reshape(buffer.shape))

    def _count_features(self, architecture: str) -> int:
        """Run the body once to see how many features it gives."""
        self.body.eval()
        with torch.no_grad():
            features = self.body(torch.zeros(2, self.n_leads, self.n_times))
        self.body.train()
        if features.ndim != 2 or len(features) != 2:
            raise ValueError(
                f"architecture {architecture!r} must map waveforms of shape "
                f"(2, {self.n_leads}, {self.n_times}) to features of shape (2, n_features), "
                f"got {tuple(features.shape)}."
            )
        return features.shape[1]


def untrained_network(body: dict[str, Any], layout: BeatLayout, n_classes: int) -> BeatNetwork:
    """Build a network to load weights into, or to look at.

    What it starts with counts for nothing, but drawing it must not move the caller's generator.
    """
    with borrowed_generators(0, torch.device("cpu")):
        return BeatNetwork(layout=layout, n_classes=n_classes, **body)
