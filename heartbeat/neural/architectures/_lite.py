"""A network made for two CPU cores."""

from torch import nn

from heartbeat.neural.architectures._blocks import ConvNorm, Dropout, FlattenTimes, Lift, Residual
from heartbeat.neural.architectures._registry import register_architecture

__all__ = ["lite"]

_STEM_KERNEL, _STEM_STRIDE = 15, 4


@register_architecture("lite")
def lite(
    n_leads: int,
    n_times: int,
    *,
    width: int = 16,
    depth: int = 2,
    kernel_size: int = 5,
    dropout: float = 0.1,
) -> nn.Module:
    """Small residual network for two CPU cores.

    Memory traffic at full length takes most of the time on a CPU, so the first convolution has a
    stride of four samples. It is followed by `depth` stages, each of which halves the length,
    doubles the channels and adds a residual convolution. There is no pooling over time, because
    beats are aligned to their R peak and the position of a wave distinguishes classes.

    For one lead of 187 samples and 5 classes: 42,901 parameters and 568,080
    multiply-accumulates.

    References
    ----------
    After K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR,
    2016, cut down for beats.
    """
    stages = [
        nn.Sequential(Lift(), ConvNorm(n_leads, width, _STEM_KERNEL, stride=_STEM_STRIDE)),
    ]
    for _ in range(depth):
        stages.append(
            nn.Sequential(
                ConvNorm(width, 2 * width, kernel_size, stride=2),
                Residual(ConvNorm(2 * width, 2 * width, kernel_size)),
            )
        )
        width *= 2
    return nn.Sequential(*stages, nn.Sequential(FlattenTimes(), Dropout(dropout)))
