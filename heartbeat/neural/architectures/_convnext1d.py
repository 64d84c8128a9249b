"""ConvNeXt in one dimension."""

import torch
from torch import Tensor, nn

from heartbeat.neural.architectures._blocks import Conv, Dropout, GlobalPool, Lift
from heartbeat.neural.architectures._registry import register_architecture

__all__ = ["convnext1d"]

_EXPANSION = 4


@register_architecture("convnext1d")
def convnext1d(
    n_leads: int,
    n_times: int,
    *,
    width: int = 48,
    depth: int = 4,
    kernel_size: int = 7,
    dropout: float = 0.0,
) -> nn.Module:
    """ConvNeXt blocks over time: a depthwise convolution, then a pointwise perceptron.

    A first convolution of 7 samples with stride 4 is followed by `depth` blocks of equal length and
    by mean and maximum over time. Depthwise convolutions need few multiply-accumulates, but much
    memory traffic, so that this network is slower on CPUs than its size suggests.

    For one lead of 187 samples and 5 classes: 77,957 parameters and 3,544,656
    multiply-accumulates.

    References
    ----------
    Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie, "A ConvNet for the 2020s", CVPR,
    2022.
    """
    return nn.Sequential(
        nn.Sequential(Lift(), Conv(n_leads, width, 7, stride=4), _ChannelNorm(width)),
        *(_Block(width, kernel_size, dropout) for _ in range(depth)),
        nn.Sequential(GlobalPool(), nn.LayerNorm(2 * width)),
    )


class _ChannelNorm(nn.LayerNorm):
    """Layer normalisation over channels; in channels-last memory no copy is needed."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class _Block(nn.Module):
    def __init__(self, width: int, kernel_size: int, dropout: float):
        super().__init__()
        self.by_channel = Conv(width, width, kernel_size, groups=width)
        self.by_sample = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, _EXPANSION * width),
            nn.GELU(),
            Dropout(dropout),
            nn.Linear(_EXPANSION * width, width),
        )
        self.scale = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.by_sample(self.by_channel(x).permute(0, 2, 3, 1)) * self.scale
        return x + y.permute(0, 3, 1, 2)
