"""What differs between the versions of scikit-learn that this package supports.

The callback API of scikit-learn 1.9 (progress bars that reach from a search down to the epochs of
a network) is experimental. Everything that touches it goes through this module; below 1.9, or
should the API move, it does nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn import get_config

# Private parts of scikit-learn: all that this package needs of them. The constraints are how
# imbalanced-learn's samplers, whose base class checks them, say what a parameter may be.
from sklearn.utils import _safe_indexing as rows_of
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "CallbackSupport",
    "HasMethods",
    "Interval",
    "StrOptions",
    "asks_for_container",
    "check_sample_weight",
    "fit_progress",
    "rows_of",
    "with_callbacks",
]

try:
    from sklearn.callback import CallbackSupportMixin as CallbackSupport
    from sklearn.callback import with_callbacks
except ImportError:

    class CallbackSupport:  # type: ignore[no-redef]
        """Stand-in for `sklearn.callback.CallbackSupportMixin`."""

    def with_callbacks(method: Any) -> Any:
        """Stand-in for `sklearn.callback.with_callbacks`."""
        return method


def asks_for_container(transformer: Any) -> bool:
    """Say whether the user has chosen what `transform` returns: `set_output`, or `set_config`."""
    chosen = "transform" in getattr(transformer, "_sklearn_output_config", {})
    return chosen or get_config()["transform_output"] != "default"


class _NoProgress:
    """Progress that nobody watches."""

    def end_step(self) -> bool:
        return False


class _Progress:
    """Steps of a fit, told to scikit-learn's callbacks."""

    def __init__(self, estimator: Any, context: Any, step_name: str):
        self._estimator, self._context, self._step_name = estimator, context, step_name

    def end_step(self) -> bool:
        """Say that a step is over; True if a callback wishes to stop."""
        step = self._context.subcontext(task_name=self._step_name)
        step.call_on_fit_task_begin(estimator=self._estimator)
        return bool(step.call_on_fit_task_end(estimator=self._estimator))


@contextmanager
def fit_progress(estimator: Any, n_steps: int, step_name: str) -> Iterator[_NoProgress | _Progress]:
    """Tell scikit-learn's callbacks about a fit of `n_steps` steps.

    Parameters
    ----------
    estimator : estimator that inherits from `CallbackSupport`
        Its `fit` must be decorated with `with_callbacks`.
    n_steps : int
        Number of steps, at most.
    step_name : str
        What a step is called.

    Yields
    ------
    object with a method ``end_step() -> bool``
        To be called when a step is over. True means that a callback wishes to stop.
    """
    if not hasattr(estimator, "_init_callback_context"):
        yield _NoProgress()
        return
    context = estimator._init_callback_context(max_subtasks=n_steps)
    context.call_on_fit_task_begin(estimator=estimator)
    yield _Progress(estimator, context, step_name)
    context.call_on_fit_task_end(estimator=estimator)
