"""The skorch network inside `CNNClassifier`.

scikit-learn never sees it: the classifier validates, encodes labels, splits and seeds, and passes
finished tensors. The methods overridden here train on whole tensors: batches by slicing, one weight
per row, a learning-rate schedule with one step per batch, reduced precision, averaged weights,
frozen blocks, and no unused bookkeeping per batch.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from traceback import walk_tb
from typing import Any

import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EpochTimer
from torch import Tensor, nn

from heartbeat.neural._batches import BeatDataset, TensorBatches
from heartbeat.neural._early_stopping import StopTraining
from heartbeat.neural._ema import WeightAverage
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._optimization import make_optimizer, make_schedule
from heartbeat.neural._parts import BatchParts
from heartbeat.neural._state import Weights, read_weights, write_weights

__all__ = ["BeatNet"]

_BATCH_HOOKS = ("on_batch_begin", "on_batch_end", "on_grad_computed")


class BeatNet(NeuralNetClassifier):
    """A skorch classifier over a `BeatDataset`.

    Parameters
    ----------
    module : BeatNetwork
        The network.
    criterion : RowLoss
        Loss per row.
    optimizer_name, schedule, weight_decay
        See `make_optimizer` and `make_schedule`.
    generator : torch.Generator
        Draws the order of the rows.
    augment : callable or None
        Changes the rows of a training batch.
    parts : BatchParts or None
        Threads that each process and augment a part of each batch; None for whole batches.
    ema : float or None
        Decay of the average of the weights.
    reduced : bool
        Whether to compute in bfloat16.
    frozen : sequence of Module
        Parts that are not trained, including their batch statistics. Callbacks may change it
        between epochs.
    rate_shares : sequence of (list of Parameter, float), or None
        Layers with their shares of ``lr``. None is a single layer with all of it.
    **skorch : dict
        ``max_epochs``, ``batch_size``, ``lr``, ``callbacks``, ``verbose``, ``device``, ...
    """

    def __init__(
        self,
        module: BeatNetwork,
        *,
        criterion: nn.Module,
        optimizer_name: str = "adamw",
        schedule: str = "one_cycle",
        weight_decay: float = 0.0,
        generator: torch.Generator | None = None,
        augment: Callable[[Tensor], Tensor] | None = None,
        parts: BatchParts | None = None,
        ema: float | None = None,
        reduced: bool = False,
        frozen: Sequence[nn.Module] = (),
        rate_shares: Sequence[tuple[list[nn.Parameter], float]] | None = None,
        **skorch: Any,
    ):
        # Scores that callbacks compute use class indices and probabilities.
        super().__init__(
            module,
            criterion=criterion,
            classes=list(range(module.head.out_features)),
            predict_nonlinearity=_probabilities,
            **skorch,
        )
        self.optimizer_name = optimizer_name
        self.schedule = schedule
        self.weight_decay = weight_decay
        self.generator = generator
        self.augment = augment
        self.parts = parts
        self.ema = ema
        self.reduced = reduced
        self.frozen = frozen
        self.rate_shares = rate_shares
        self.interrupted_ = False

    @property
    def _default_callbacks(self) -> list[tuple[str, Callback]]:
        return [("epoch_timer", EpochTimer())]

    def initialize_criterion(self) -> "BeatNet":
        """Use the criterion as it is; skorch would call it as a class."""
        self.criterion_ = self.criterion
        return self

    def initialize_optimizer(self, *args: Any, **kwargs: Any) -> "BeatNet":
        """Build the optimiser and the weight average."""
        layers = self.rate_shares or [(self.module_.parameters(), 1.0)]
        self.optimizer_ = make_optimizer(
            self.optimizer_name,
            [(parameters, self.lr * share) for parameters, share in layers],
            self.weight_decay,
        )
        self.average_ = None if not self.ema else WeightAverage(self.module_, self.ema)
        return self

    def get_iterator(self, dataset: BeatDataset, training: bool = False) -> Any:
        """Slice whole tensors; leave other data (predictions with ``net_``) to skorch."""
        if not isinstance(dataset, BeatDataset):
            return super().get_iterator(dataset, training=training)
        return TensorBatches(dataset, self.batch_size, self.generator if training else None)

    def fit_loop(
        self, X: BeatDataset, y: Any = None, epochs: int | None = None, **kwargs: Any
    ) -> Any:
        """Run all epochs, and remember whether Ctrl-C interrupted them."""
        n_epochs = self.max_epochs if epochs is None else epochs
        n_steps = n_epochs * len(self.get_iterator(X, training=True))
        self.scheduler_ = make_schedule(self.schedule, self.optimizer_, n_steps)
        self.n_steps_ = 0
        try:
            return super().fit_loop(X, y, epochs=n_epochs, **kwargs)
        except KeyboardInterrupt as stop:
            self.interrupted_ = not _is_deliberate(stop)
            raise

    def current_weights(self) -> Weights:
        """Return the weights to predict with: the averaged ones if there are any."""
        with self.average_.lent() if self.average_ else nullcontext():
            return read_weights(self.module_)

    def use_weights(self, weights: Weights) -> None:
        """Load weights into the module."""
        write_weights(self.module_, weights)

    def run_single_epoch(
        self,
        iterator: TensorBatches | None,
        training: bool,
        prefix: str,
        step_fn: Callable[..., dict[str, Any]],
        **fit_params: Any,
    ) -> None:
        """Process all batches once, and record the mean loss in the history."""
        if iterator is None:
            return
        self._set_training(training)
        notify = self._watches_batches()
        total, total_weight = 0.0, 0.0
        borrowed = self.average_.lent() if self.average_ and not training else nullcontext()
        with borrowed, torch.set_grad_enabled(training):
            for batch in iterator:
                # Callbacks expect batches of rows and classes, without weights.
                shown = batch[:2]
                if notify:
                    self.notify("on_batch_begin", batch=shown, training=training)
                step = step_fn(batch, notify=notify)
                total += step["total"].item()
                total_weight += step["weight"].item()
                if notify:
                    self.history.record_batch(f"{prefix}_loss", step["loss"].item())
                    self.history.record_batch(f"{prefix}_batch_size", len(batch[0]))
                    self.notify("on_batch_end", batch=shown, training=training, **step)
        self.history.record(f"{prefix}_loss", total / max(total_weight, 1e-12))
        self.history.record(f"{prefix}_batch_count", len(iterator))

    def train_step(self, batch: tuple[Tensor, ...], notify: bool = False, **_: Any) -> dict:
        """Take one step of the optimiser, the schedule and the weight average."""
        self.optimizer_.zero_grad(set_to_none=True)
        if self.parts is not None:
            step = self.parts.train(batch, self._step)
        else:
            rows, *rest = batch
            rows = rows if self.augment is None else self.augment(rows)
            step = self._step(self.module_, (rows, *rest), len(rows))
            step["loss"].backward()
        if notify:
            self.notify(
                "on_grad_computed",
                named_parameters=list(self.get_all_learnable_params()),
                batch=batch[:2],
                training=True,
            )
        self.optimizer_.step()
        self.scheduler_.step()
        self.n_steps_ += 1
        if self.average_ is not None:
            self.average_.update()
        return step

    def validation_step(self, batch: tuple[Tensor, ...], notify: bool = False, **_: Any) -> dict:
        """Compute the loss of a batch."""
        if self.parts is not None:
            return self.parts.evaluate(batch, self._step)
        return self._step(self.module_, batch, len(batch[0]))

    def _step(
        self, network: nn.Module, batch: tuple[Tensor, ...], n_rows: int
    ) -> dict[str, Tensor]:
        """Return the loss of a batch, or of a part of a batch of `n_rows`, and its terms."""
        rows, classes, weights = batch
        with torch.autocast(rows.device.type, torch.bfloat16, enabled=self.reduced):
            logits = network(rows)
        losses = self.criterion_(logits, classes) * weights
        # Weights have mean 1 over the training rows. Dividing by the number of rows instead of the
        # sum of weights keeps the influence of a row independent of the rest of its batch.
        return {
            "loss": losses.mean() if n_rows == len(rows) else losses.sum() / n_rows,
            "total": losses.detach().sum(),
            "weight": weights.sum(),
            "y_pred": logits,
        }

    def _set_training(self, training: bool = True) -> None:
        super()._set_training(training)
        for part in self.frozen:
            part.eval()
        if self.parts is not None:
            self.parts.set_training(self.module_)

    def _watches_batches(self) -> bool:
        """Tell whether any callback has a method that is called for batches."""
        return any(
            getattr(type(callback), hook) is not getattr(Callback, hook)
            for _, callback in self.callbacks_
            for hook in _BATCH_HOOKS
        )


def _probabilities(logits: Tensor) -> Tensor:
    return logits.float().softmax(dim=-1)


def _is_deliberate(stop: KeyboardInterrupt) -> bool:
    """Tell whether a callback ended the training: skorch's callbacks raise KeyboardInterrupt."""
    if isinstance(stop, StopTraining):
        return True
    frames = [frame for frame, _ in walk_tb(stop.__traceback__)]
    return frames[-1].f_globals.get("__name__", "").startswith("skorch.callbacks")
