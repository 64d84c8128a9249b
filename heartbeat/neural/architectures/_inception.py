"""InceptionTime."""

import torch
from torch import Tensor, nn

from heartbeat.neural.architectures._blocks import Conv, ConvNorm, Dropout, Lift
from heartbeat.neural.architectures._registry import register_architecture

__all__ = ["inception"]

_PER_SHORTCUT = 3


@register_architecture("inception")
def inception(
    n_leads: int,
    n_times: int,
    *,
    width: int = 16,
    depth: int = 6,
    kernel_size: int = 21,
    dropout: float = 0.0,
) -> nn.Module:
    """InceptionTime of Ismail Fawaz et al. (2020), with half of its width and kernel length.

    A module runs three convolutions (of `kernel_size` samples, half and a quarter of it) after a
    bottleneck, and a pooling branch, in parallel. A shortcut spans every three modules, and the
    output is the mean over time. The published network is ``width=32, kernel_size=41`` in an
    ensemble of five (``n_members=5``); half of both loses little on beats and costs a seventh.

    For one lead of 187 samples and 5 classes: 61,125 parameters and 11,178,432
    multiply-accumulates.

    References
    ----------
    H. Ismail Fawaz et al., "InceptionTime: Finding AlexNet for time series classification", Data
    Mining and Knowledge Discovery 34, 2020.
    """
    groups: list[nn.Module] = []
    n_in = n_leads
    for start in range(0, depth, _PER_SHORTCUT):
        groups.append(_Group(n_in, width, min(_PER_SHORTCUT, depth - start), kernel_size))
        n_in = 4 * width
    groups[0] = nn.Sequential(Lift(), groups[0])
    return nn.Sequential(*groups, nn.Sequential(_TimeMean(), Dropout(dropout)))


class _Module(nn.Module):
    def __init__(self, n_in: int, width: int, kernel_size: int):
        super().__init__()
        self.bottleneck = Conv(n_in, width, 1, bias=False) if n_in > 1 else nn.Identity()
        n_narrow = width if n_in > 1 else n_in
        self.convolutions = nn.ModuleList(
            Conv(n_narrow, width, _odd(kernel_size / 2**i), bias=False) for i in range(3)
        )
        self.pooled = nn.Sequential(
            nn.MaxPool2d((1, 3), stride=1, padding=(0, 1)), Conv(n_in, width, 1, bias=False)
        )
        self.norm = nn.BatchNorm2d(4 * width)

    def forward(self, x: Tensor) -> Tensor:
        narrow = self.bottleneck(x)
        branches = [convolve(narrow) for convolve in self.convolutions] + [self.pooled(x)]
        return torch.relu_(self.norm(torch.cat(branches, dim=1)))


class _Group(nn.Module):
    def __init__(self, n_in: int, width: int, n_modules: int, kernel_size: int):
        super().__init__()
        self.modules_ = nn.Sequential(
            *(_Module(n_in if i == 0 else 4 * width, width, kernel_size) for i in range(n_modules))
        )
        self.shortcut = ConvNorm(n_in, 4 * width, 1, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.modules_(x) + self.shortcut(x))


class _TimeMean(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))


def _odd(length: float) -> int:
    """Round down to an odd number of samples, at least one."""
    return max(1, 2 * int((length - 1) // 2) + 1)
