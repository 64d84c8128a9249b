"""Residual network with pre-activation."""

from torch import nn

from heartbeat.neural.architectures._blocks import Conv, Dropout, GlobalPool, Lift, Residual
from heartbeat.neural.architectures._registry import register_architecture

__all__ = ["resnet"]


@register_architecture("resnet")
def resnet(
    n_leads: int,
    n_times: int,
    *,
    width: int = 32,
    depth: int = 4,
    kernel_size: int = 5,
    dropout: float = 0.1,
) -> nn.Module:
    """One-dimensional residual network with pre-activation.

    A convolution of 7 samples with stride 2 is followed by `depth` blocks, each of which applies
    (normalise, ReLU, convolve) twice beside a shortcut. Every block but the first halves the
    length, and every second one doubles the channels. The output is mean and maximum over time.

    For one lead of 187 samples and 5 classes: 222,181 parameters and 5,179,200
    multiply-accumulates.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, "Identity Mappings in Deep Residual Networks", ECCV, 2016.
    A. Y. Hannun et al., "Cardiologist-level arrhythmia detection and classification in ambulatory
    electrocardiograms using a deep neural network", Nature Medicine 25, 2019, for the use of such
    blocks on ECG.
    """
    blocks: list[nn.Module] = []
    n_in = width
    for number in range(depth):
        n_out = width * 2 ** ((number + 1) // 2)
        stride = 1 if number == 0 else 2
        blocks.append(_block(n_in, n_out, kernel_size, stride, dropout))
        n_in = n_out
    return nn.Sequential(
        nn.Sequential(Lift(), Conv(n_leads, width, 7, stride=2)),
        *blocks,
        nn.Sequential(nn.BatchNorm2d(n_in), nn.ReLU(inplace=True), GlobalPool()),
    )


def _block(n_in: int, n_out: int, kernel_size: int, stride: int, dropout: float) -> nn.Module:
    body = nn.Sequential(
        nn.BatchNorm2d(n_in),
        nn.ReLU(inplace=True),
        Conv(n_in, n_out, kernel_size, stride=stride, bias=False),
        nn.BatchNorm2d(n_out),
        nn.ReLU(inplace=True),
        Dropout(dropout),
        Conv(n_out, n_out, kernel_size),
    )
    same = n_in == n_out and stride == 1
    return Residual(body, None if same else Conv(n_in, n_out, 1, stride=stride, bias=False))
