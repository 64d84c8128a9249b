"""Temporal convolutional network."""

from torch import nn

from heartbeat.neural.architectures._blocks import (
    Conv,
    ConvNorm,
    Dropout,
    GlobalPool,
    Lift,
    Residual,
)
from heartbeat.neural.architectures._registry import register_architecture

__all__ = ["tcn"]


@register_architecture("tcn")
def tcn(
    n_leads: int,
    n_times: int,
    *,
    width: int = 32,
    depth: int = 5,
    kernel_size: int = 5,
    dropout: float = 0.1,
) -> nn.Module:
    """Temporal convolutional network: dilations double from block to block.

    After Bai et al. (2018), adapted to beats: a first convolution with stride 2, convolutions that
    are not causal (a beat is complete when it is classified), batch instead of weight
    normalisation, and mean and maximum over time instead of the last sample. Five blocks have a
    receptive field of 249 samples, more than the beat.

    For one lead of 187 samples and 5 classes: 52,389 parameters and 4,828,160
    multiply-accumulates.

    References
    ----------
    S. Bai, J. Z. Kolter, V. Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent
    Networks for Sequence Modeling", arXiv:1803.01271, 2018.
    """
    return nn.Sequential(
        nn.Sequential(Lift(), ConvNorm(n_leads, width, kernel_size, stride=2)),
        *(_block(width, kernel_size, 2**number, dropout) for number in range(depth)),
        GlobalPool(),
    )


def _block(width: int, kernel_size: int, dilation: int, dropout: float) -> nn.Module:
    body = nn.Sequential(
        Conv(width, width, kernel_size, dilation=dilation, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        Dropout(dropout),
        Conv(width, width, kernel_size, dilation=dilation, bias=False),
        nn.BatchNorm2d(width),
    )
    return nn.Sequential(Residual(body), nn.ReLU(inplace=True))
