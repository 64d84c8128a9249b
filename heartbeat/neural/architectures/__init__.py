"""Bodies of networks, one file each, found by name."""

from heartbeat.neural.architectures._convnext1d import convnext1d
from heartbeat.neural.architectures._inception import inception
from heartbeat.neural.architectures._kachuee import kachuee
from heartbeat.neural.architectures._lite import lite
from heartbeat.neural.architectures._registry import (
    Builder,
    architecture_defaults,
    architecture_name,
    build_backbone,
    carried_builders,
    chosen_knobs,
    describe_architecture,
    is_ours,
    list_architectures,
    receive_builders,
    register_architecture,
)
from heartbeat.neural.architectures._resnet import resnet
from heartbeat.neural.architectures._tcn import tcn

__all__ = [
    "Builder",
    "architecture_defaults",
    "architecture_name",
    "build_backbone",
    "carried_builders",
    "chosen_knobs",
    "convnext1d",
    "describe_architecture",
    "inception",
    "is_ours",
    "kachuee",
    "list_architectures",
    "lite",
    "receive_builders",
    "register_architecture",
    "resnet",
    "tcn",
]
