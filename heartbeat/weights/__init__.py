"""Weights that come with the package, each with a card that says what they are.

`CNNClassifier(pretrained=name)` starts from them, `heartbeat.neural.load_classifier(name)` predicts
with them, `heartbeat.transfer.BeatEncoder(weights=name)` makes features of beats with them.
``benchmarks/train_weights.py`` made them. They are safetensors: nothing is unpickled.
"""

from heartbeat.weights._card import ModelCard
from heartbeat.weights._registry import find_card as find_card
from heartbeat.weights._registry import find_weights as find_weights
from heartbeat.weights._registry import list_weights, model_card, weights_file
from heartbeat.weights._units import check_units as check_units

# What is imported as itself is for other parts of the package, and not public.
__all__ = ["ModelCard", "list_weights", "model_card", "weights_file"]
