import pytest
import torch
from torch.nn import functional

from heartbeat.neural._losses import LOSSES, RowLoss

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.2, 0.1], [-3.0, 4.0, 0.0]])
CLASSES = torch.tensor([0, 2, 0])
SHARES = torch.tensor([0.9, 0.1, 0.0])


@pytest.mark.parametrize("name", LOSSES)
def test_one_finite_loss_a_row(name):
    logits = (100 * LOGITS).requires_grad_()
    losses = RowLoss(name, SHARES)(logits, CLASSES)
    assert losses.shape == (3,)
    losses.sum().backward()
    assert torch.isfinite(losses).all()
    assert torch.isfinite(logits.grad).all()


def test_values():
    plain = functional.cross_entropy(LOGITS, CLASSES, reduction="none")
    torch.testing.assert_close(RowLoss("cross_entropy", SHARES)(LOGITS, CLASSES), plain)
    right = torch.softmax(LOGITS, 1)[range(3), CLASSES]
    torch.testing.assert_close(
        RowLoss("focal", SHARES)(LOGITS, CLASSES), (1 - right) ** 2 * -torch.log(right)
    )
    shares = torch.tensor([0.8, 0.1, 0.1])
    adjusted = functional.cross_entropy(LOGITS + torch.log(shares), CLASSES, reduction="none")
    torch.testing.assert_close(RowLoss("logit_adjusted", shares)(LOGITS, CLASSES), adjusted)
    smooth = functional.cross_entropy(LOGITS, CLASSES, reduction="none", label_smoothing=0.05)
    torch.testing.assert_close(RowLoss("label_smoothing", SHARES)(LOGITS, CLASSES), smooth)
