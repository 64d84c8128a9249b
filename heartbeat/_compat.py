"""Compatibility with the versions of scikit-learn that this package supports.

The callback API of scikit-learn 1.9 (progress bars for everything from a search to the epochs of a
network) is experimental. All code that uses it goes through this module, which does nothing with
older versions of scikit-learn, or if the API changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn import get_config

# The private parts of scikit-learn that this package uses. The base class of imbalanced-learn's
# samplers checks parameters by these constraints.
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
    """Tell whether `set_output` or `set_config` selects the output type of `transform`."""
    chosen = "transform" in getattr(transformer, "_sklearn_output_config", {})
    return chosen or get_config()["transform_output"] != "default"


class _NoProgress:
    """Stand-in for the progress of a fit where scikit-learn has no callbacks."""

    def end_step(self) -> bool:
        return False


class _Progress:
    """Progress of a fit, reported to scikit-learn's callbacks step by step."""

    def __init__(self, estimator: Any, context: Any, step_name: str):
        self._estimator, self._context, self._step_name = estimator, context, step_name

    def end_step(self) -> bool:
        """Report that a step is over; return True if a callback requests to stop."""
        step = self._context.subcontext(task_name=self._step_name)
        step.call_on_fit_task_begin(estimator=self._estimator)
        return bool(step.call_on_fit_task_end(estimator=self._estimator))


@contextmanager
def fit_progress(estimator: Any, n_steps: int, step_name: str) -> Iterator[_NoProgress | _Progress]:
    """Report a fit of `n_steps` steps to scikit-learn's callbacks.

    Parameters
    ----------
    estimator : estimator that inherits from `CallbackSupport`
        Its `fit` must be decorated with `with_callbacks`.
    n_steps : int
        Largest possible number of steps.
    step_name : str
        Name of a step.

    Yields
    ------
    object with a method ``end_step() -> bool``
        Its method is called after each step and returns True if a callback requests to stop.
    """
    if not hasattr(estimator, "_init_callback_context"):
        yield _NoProgress()
        return
    context = estimator._init_callback_context(max_subtasks=n_steps)
    context.call_on_fit_task_begin(estimator=estimator)
    yield _Progress(estimator, context, step_name)
    context.call_on_fit_task_end(estimator=estimator)
