"""The network of Kachuee et al. (2018)."""

from torch import Tensor, nn
from torch.nn import functional

from heartbeat.neural.architectures._blocks import Conv, Dropout, FlattenTimes, Lift
from heartbeat.neural.architectures._registry import register_architecture

__all__ = ["kachuee"]

_POOL, _STRIDE = 5, 2


@register_architecture("kachuee")
def kachuee(
    n_leads: int,
    n_times: int,
    *,
    width: int = 32,
    depth: int = 5,
    kernel_size: int = 5,
    dropout: float = 0.0,
) -> nn.Module:
    """Residual network of Kachuee et al. (2018), as published.

    A convolution, five residual blocks of two convolutions each, every block followed by a
    maximum over 5 samples at stride 2, then a layer of 32 and the output layer: 13 layers with
    weights, no normalisation, no dropout.

    For one lead of 187 samples and 5 classes: 53,957 parameters and 3,626,368
    multiply-accumulates.

    References
    ----------
    M. Kachuee, S. Fazeli, M. Sarrafzadeh, "ECG Heartbeat Classification: A Deep Transferable
    Representation", IEEE International Conference on Healthcare Informatics, 2018.
    """
    blocks = [_Block(width, kernel_size, dropout) for _ in range(depth)]
    for _ in range(depth):
        n_times = _pooled_length(n_times)
    return nn.Sequential(
        nn.Sequential(Lift(), Conv(n_leads, width, kernel_size)),
        *blocks,
        nn.Sequential(FlattenTimes(), nn.Linear(width * n_times, width), nn.ReLU()),
    )


class _Block(nn.Module):
    def __init__(self, width: int, kernel_size: int, dropout: float):
        super().__init__()
        self.first = Conv(width, width, kernel_size)
        self.second = Conv(width, width, kernel_size)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(functional.relu(self.first(x), inplace=True))
        y = self.dropout(functional.relu(y + x, inplace=True))
        # Beats too short for another pooling keep their length.
        return functional.max_pool2d(y, (1, _POOL), (1, _STRIDE)) if y.shape[-1] >= _POOL else y


def _pooled_length(n_times: int) -> int:
    return (n_times - _POOL) // _STRIDE + 1 if n_times >= _POOL else n_times
