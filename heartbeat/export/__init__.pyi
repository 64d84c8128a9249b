from heartbeat.export._onnx import export_onnx as export_onnx
from heartbeat.export._pipeline import load_pipeline as load_pipeline
from heartbeat.export._pipeline import save_pipeline as save_pipeline
from heartbeat.export._runtime import OnnxClassifier as OnnxClassifier
from heartbeat.export._runtime import OnnxTransformer as OnnxTransformer
from heartbeat.export._trusted import TRUSTED_TYPES as TRUSTED_TYPES
