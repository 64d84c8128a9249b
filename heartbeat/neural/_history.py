"""Plot the training history."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

__all__ = ["plot_history"]

_LABELS = {"train_loss": "training loss", "valid_loss": "validation loss"}


def plot_history(classifier: Any, *, ax: Any = None) -> Any:
    """Draw the losses of a fitted classifier by epoch.

    Parameters
    ----------
    classifier : CNNClassifier
        Fitted.
    ax : matplotlib Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ImportError
        If matplotlib is absent.
    ValueError
        If the classifier has no history, because it was loaded from a file.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.neural import CNNClassifier, plot_history
    >>> X = np.random.default_rng(0).standard_normal((20, 50))
    >>> model = CNNClassifier(max_epochs=2, random_state=0).fit(X, np.repeat(["N", "V"], 10))
    >>> plot_history(model).get_xlabel()
    'epoch'
    """
    check_is_fitted(classifier)
    history = getattr(classifier, "history_", None)
    if history is None:
        raise ValueError(
            "this classifier was loaded from a file, which does not store the training history. "
            "Plot the history of the classifier that was fitted."
        )
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "plot_history requires matplotlib. Install it with pip install 'heartbeat-ecg[plot]'."
        ) from error
    if ax is None:
        _, ax = plt.subplots()
    several = history["member"].nunique() > 1
    for column, style in (("train_loss", "-"), ("valid_loss", "--")):
        if column not in history:
            continue
        for number, (member, epochs) in enumerate(history.groupby("member")):
            label = _LABELS[column]
            label += f", member {member}" if several else ""
            ax.plot(epochs["epoch"], epochs[column], style, color=f"C{number}", label=label)
    ax.set(xlabel="epoch", ylabel="loss", yscale="log")
    ax.legend()
    return ax
