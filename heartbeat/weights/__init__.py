"""Pretrained weights that are part of the package, each with a model card that describes them.

`CNNClassifier(pretrained=name)` starts training from them, `heartbeat.neural.load_classifier(name)`
predicts with them, and `heartbeat.transfer.BeatEncoder(weights=name)` uses them to compute features
of beats. Weights for any lead also have boosted trees, which
`heartbeat.pipelines.load_interpatient_classifier(name)` averages with the network. They were
trained by ``benchmarks/train_weights.py``. The files are in the safetensors format, so that nothing
is unpickled.
"""

from heartbeat.weights._card import ModelCard
from heartbeat.weights._card import card_from_entries as card_from_entries
from heartbeat.weights._registry import find_card as find_card
from heartbeat.weights._registry import find_weights as find_weights
from heartbeat.weights._registry import list_weights, model_card, trees_file, weights_file
from heartbeat.weights._units import check_units as check_units

# Names imported `as` themselves are for other parts of the package and not public.
__all__ = ["ModelCard", "list_weights", "model_card", "trees_file", "weights_file"]
