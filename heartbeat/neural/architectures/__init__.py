"""Bodies of networks, one file each, found by name."""

from heartbeat.neural.architectures._convnext1d import convnext1d
from heartbeat.neural.architectures._inception import inception
from heartbeat.neural.architectures._kachuee import kachuee
from heartbeat.neural.architectures._lite import lite
from heartbeat.neural.architectures._registry import (
    architecture_defaults,
    build_backbone,
    chosen_knobs,
    describe_architecture,
    list_architectures,
    register_architecture,
)
from heartbeat.neural.architectures._resnet import resnet
from heartbeat.neural.architectures._tcn import tcn

__all__ = [
    "architecture_defaults",
    "build_backbone",
    "chosen_knobs",
    "convnext1d",
    "describe_architecture",
    "inception",
    "kachuee",
    "list_architectures",
    "lite",
    "register_architecture",
    "resnet",
    "tcn",
]
