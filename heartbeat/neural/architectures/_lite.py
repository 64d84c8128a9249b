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

    What costs time on a processor is memory traffic at full length, so the first convolution goes
    four samples at a time. `depth` stages follow, each of which halves the length, doubles the
    channels and adds a residual convolution. No pooling over time: beats are aligned to their R
    peak, and where something happens tells classes apart.

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
