"""What type checkers see: `__init__.py` loads these names when they are asked for."""

from typing import Any

from heartbeat import annotation as annotation
from heartbeat import boosting as boosting
from heartbeat import browser as browser
from heartbeat import calibration as calibration
from heartbeat import context as context
from heartbeat import datasets as datasets
from heartbeat import detection as detection
from heartbeat import evaluation as evaluation
from heartbeat import export as export
from heartbeat import features as features
from heartbeat import inspection as inspection
from heartbeat import labels as labels
from heartbeat import metrics as metrics
from heartbeat import model_selection as model_selection
from heartbeat import neural as neural
from heartbeat import pipelines as pipelines
from heartbeat import preprocessing as preprocessing
from heartbeat import quality as quality
from heartbeat import recording as recording
from heartbeat import resampling as resampling
from heartbeat import segmentation as segmentation
from heartbeat import transductive as transductive
from heartbeat import transfer as transfer
from heartbeat import weights as weights
from heartbeat._show_versions import show_versions as show_versions
from heartbeat._version import __version__ as __version__
from heartbeat.annotation import BeatAnnotator as BeatAnnotator
from heartbeat.datasets import load_beats as load_beats
from heartbeat.detection import detect_beats as detect_beats
from heartbeat.labels import AAMI_CLASSES as AAMI_CLASSES
from heartbeat.metrics import aami_report as aami_report
from heartbeat.neural import CNNClassifier as CNNClassifier
from heartbeat.preprocessing import BandpassFilter as BandpassFilter
from heartbeat.preprocessing import BeatScaler as BeatScaler
from heartbeat.preprocessing import clean as clean
from heartbeat.recording import Recording as Recording
from heartbeat.recording import read_recording as read_recording
from heartbeat.segmentation import segment_beats as segment_beats
from heartbeat.transfer import BeatEncoder as BeatEncoder

__all__: list[str]

# What is newer than this list.
def __getattr__(name: str) -> Any: ...
