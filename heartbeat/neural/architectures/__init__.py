"""Network architectures, one file each, found by name."""

from heartbeat.neural.architectures._convnext1d import convnext1d
from heartbeat.neural.architectures._inception import inception
from heartbeat.neural.architectures._kachuee import kachuee
from heartbeat.neural.architectures._lite import lite
from heartbeat.neural.architectures._registry import (
    Builder,
    architecture_defaults,
    describe_architecture,
    list_architectures,
    register_architecture,
)
from heartbeat.neural.architectures._registry import architecture_name as architecture_name
from heartbeat.neural.architectures._registry import build_backbone as build_backbone
from heartbeat.neural.architectures._registry import carried_builders as carried_builders
from heartbeat.neural.architectures._registry import chosen_knobs as chosen_knobs
from heartbeat.neural.architectures._registry import is_ours as is_ours
from heartbeat.neural.architectures._registry import receive_builders as receive_builders
from heartbeat.neural.architectures._resnet import resnet
from heartbeat.neural.architectures._tcn import tcn

# Names imported `as` themselves are for other parts of the package and not public.
__all__ = [
    "Builder",
    "architecture_defaults",
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
