"""Integrated gradients of a convolutional network, computed with captum."""

from copy import deepcopy
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from heartbeat.inspection._occlusion import class_columns, table_layout
from heartbeat.neural import CNNClassifier
from heartbeat.neural._state import write_weights

__all__ = ["integrated_gradients"]

_CHUNK = 64


def integrated_gradients(
    classifier: CNNClassifier, X: Any, y: Any = None, *, n_steps: int = 32
) -> np.ndarray:
    """Attribute the probability that a network gives a class to the samples of the beat.

    Gradients are integrated along the straight line from a constant beat, in which each lead has
    its median value, to the beat. The attributions sum to the difference between the probabilities
    of the two, up to the error of numerical integration. Context columns keep their values and
    get no attribution. Use `occlusion_saliency` for other classifiers.

    Parameters
    ----------
    classifier : CNNClassifier
        Fitted network. For an ensemble, the mean probability is explained.
    X : array-like of shape (n_beats, n_features)
        Beats table, in the form that the classifier takes. For a network in a Pipeline, pass the
        output of the previous steps.
    y : array-like of shape (n_beats,), optional
        Class whose probability is explained, for each beat. By default the predicted class.
    n_steps : int, default=32
        Number of integration steps. More steps are more accurate and slower.

    Returns
    -------
    ndarray of shape (n_beats, n_leads * n_times)
        Attributions, in the order of the waveform columns of X.

    Raises
    ------
    ImportError
        If captum is not installed (``pip install 'heartbeat-ecg[explain]'``).
    TypeError
        If the classifier is not a `CNNClassifier`.
    ValueError
        If y contains a class that the classifier was not trained on.

    See Also
    --------
    occlusion_saliency : Saliency for any classifier with probabilities.
    SaliencyDisplay : Draw the mean saliency of each class.

    References
    ----------
    Sundararajan, Taly, Yan (2017). Axiomatic attribution for deep networks. ICML.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.inspection import integrated_gradients
    >>> from heartbeat.neural import CNNClassifier
    >>> beats = make_beats(100, random_state=0)
    >>> model = CNNClassifier(width=8, max_epochs=2, random_state=0)
    >>> model = model.fit(beats.data, beats.target)
    >>> integrated_gradients(model, beats.data[:4]).shape
    (4, 187)
    """
    try:
        from captum.attr import IntegratedGradients
    except ImportError:
        raise ImportError(
            "integrated_gradients requires captum. Install it with "
            "pip install 'heartbeat-ecg[explain]'."
        ) from None
    if not isinstance(classifier, CNNClassifier):
        raise TypeError(
            f"integrated_gradients explains a CNNClassifier, got {type(classifier).__name__}. For "
            "a pipeline, pass the last step and X transformed by the other steps. For another "
            "classifier, use occlusion_saliency."
        )
    check_is_fitted(classifier)
    columns = class_columns(classifier.classes_, y, classifier.predict_proba(X))
    layout = classifier.layout_
    values = table_layout(X, layout.n_leads, layout.n_context)[0].astype(np.float32)
    flat = values.copy()
    waveforms = layout.split(flat)[0]
    waveforms[:] = np.median(waveforms, axis=2, keepdims=True)

    explain = IntegratedGradients(_mean_probability(classifier))
    parts = []
    for start in range(0, len(values), _CHUNK):
        part = slice(start, start + _CHUNK)
        parts.append(
            explain.attribute(
                torch.from_numpy(values[part]),
                torch.from_numpy(flat[part]),
                target=torch.from_numpy(columns[part]),
                n_steps=n_steps,
                internal_batch_size=16 * _CHUNK,
            )
            .detach()
            .numpy()
        )
    return np.concatenate(parts)[:, layout.waveform_slice]


def _mean_probability(classifier: CNNClassifier) -> Any:
    """Return a function of rows: the members' mean probabilities, in float32 with gradients."""
    networks = []
    for weights in classifier.members_:
        network = deepcopy(classifier.net_.module_).cpu().eval()
        write_weights(network, weights)
        networks.append(network.requires_grad_(False))

    def probability(rows: torch.Tensor) -> torch.Tensor:
        return torch.stack([network(rows).softmax(dim=1) for network in networks]).mean(dim=0)

    return probability
