"""What a file computes is what the estimator computes: on real beats, any number of them."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from sklearn.base import clone
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.annotation import BeatAnnotator
from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.calibration import AbstainingClassifier
from heartbeat.export import OnnxClassifier, OnnxTransformer, export_onnx
from heartbeat.export._steps import module_of
from heartbeat.neural import CNNClassifier, list_architectures, load_classifier, save_classifier
from heartbeat.pipelines import make_interpatient_classifier
from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatAligner,
    BeatCropper,
    BeatResampler,
    BeatScaler,
    NotchFilter,
    SubjectNormalizer,
)
from heartbeat.resampling import BeatMixup
from heartbeat.segmentation import segment_beats
from heartbeat.transfer import BeatEncoder
from heartbeat.weights import model_card

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

CLOSE = 1e-5


def assert_same(path, model, table):
    """The same probabilities and labels, for tables of any length."""
    served = OnnxClassifier(path, n_jobs=1)
    wanted = model.predict_proba(table)
    np.testing.assert_array_equal(served.classes_, model.classes_)
    for n_beats in (1, 7, len(table)):
        np.testing.assert_allclose(
            served.predict_proba(table[:n_beats]), wanted[:n_beats], rtol=0, atol=CLOSE
        )
    ordered = np.sort(wanted, axis=1)
    sure = ordered[:, -1] - ordered[:, -2] > 2 * CLOSE
    assert sure.mean() > 0.9
    np.testing.assert_array_equal(served.predict(table)[sure], model.predict(table)[sure])


@pytest.mark.parametrize("architecture", list_architectures())
def test_every_architecture(plain, quick, tmp_path, architecture):
    model = CNNClassifier(architecture, width=8, depth=2, **quick).fit(plain.data, plain.target)
    assert_same(export_onnx(model, tmp_path / "m.onnx"), model, plain.data)


def test_members_context_and_column_names(with_context, quick, tmp_path):
    """And whatever precision the estimator computes in, the file has float32."""
    X, y = with_context.data, with_context.target
    model = CNNClassifier(n_members=2, width=8, depth=1, **quick).fit(X, y)
    exact = model.predict_proba(X[:20])
    model.set_params(precision="bfloat16").precision_ = "bfloat16"
    reduced = load_classifier(save_classifier(model, tmp_path / "m.safetensors"))
    assert np.abs(reduced.predict_proba(X[:20]) - exact).max() > CLOSE
    path = export_onnx(reduced, tmp_path / "m.onnx", check=X)
    model.precision_ = "float32"
    assert_same(path, model, X)
    served = OnnxClassifier(path)
    assert served.layout_ == model.layout_
    assert served.feature_names_in_.tolist() == X.columns.tolist()
    with pytest.raises(ValueError, match="feature names"):
        served.predict(X[X.columns[::-1]])
    with pytest.raises(ValueError, match="NaN"):
        served.predict(X.where(X != X.iloc[0, -1]))


PIPELINES = {
    "filtered and cropped": [
        BaselineRemover(),
        BandpassFilter(),
        NotchFilter(60),
        BeatCropper(-0.25, 0.45),
        BeatScaler("minmax"),
    ],
    "resampled": [
        BaselineRemover("spline"),
        SubjectNormalizer("template"),
        "passthrough",
        BeatResampler(target_fs=100.0),
        BeatScaler("r_amplitude", fs=100.0),
    ],
}


@pytest.mark.parametrize("name", PIPELINES)
def test_steps_before_a_network(with_context, quick, tmp_path, name):
    steps = [*PIPELINES[name], CNNClassifier("kachuee", width=4, depth=1, **quick)]
    # A sampler matters in training only.
    steps.insert(1, BeatMixup(random_state=0))
    model = make_sampling_pipeline(*map(clone_step, steps)).set_output(transform="pandas")
    model.fit(with_context.data, with_context.target)
    assert_same(export_onnx(model, tmp_path / "m.onnx"), model, with_context.data)


def clone_step(step):
    return step if step == "passthrough" else clone(step)


@pytest.mark.parametrize("per", ["lead", "beat"])
@pytest.mark.parametrize("method", ["minmax", "zscore", "robust", "r_amplitude"])
def test_scaling_of_every_kind(plain, method, per):
    """Of two leads, of beats on an offset, of constant beats, which become zeros."""
    beats = np.hstack([plain.data, 0.1 * plain.data[:, ::-1] + 5])
    table = np.vstack([np.full((1, beats.shape[1]), 3.2, np.float32), beats])
    scaler = BeatScaler(method, per=per, n_leads=2).fit(table)
    found = module_of(scaler)(torch.from_numpy(table)).numpy()
    np.testing.assert_allclose(found, scaler.transform(table), rtol=0, atol=5 * CLOSE)
    assert not found[0].any()


@pytest.mark.parametrize("weights", [None, (3, 1)])
def test_a_network_and_trees_that_vote(with_context, tmp_path, weights):
    model = make_interpatient_classifier(max_epochs=2, max_iter=8, random_state=0)
    model.set_params(weights=weights).fit(with_context.data, with_context.target)
    path = export_onnx(model, tmp_path / "m.onnx", check=with_context.data)
    assert_same(path, model, with_context.data)


def test_pipelines_that_vote(with_context, quick, tmp_path):
    """Each part with steps of its own, one of which is left out in prediction."""
    parts = [
        ("network", make_pipeline(BeatScaler(), CNNClassifier(width=4, depth=1, **quick))),
        (
            "trees",
            make_sampling_pipeline(
                BeatCropper(-0.25, 0.45), BeatMixup(random_state=0), BoostedTreesClassifier(4)
            ),
        ),
    ]
    model = VotingClassifier(parts, voting="soft").fit(with_context.data, with_context.target)
    path = export_onnx(model, tmp_path / "m.onnx", check=with_context.data)
    assert_same(path, model, with_context.data)


def test_a_part_that_cannot_be_exported_is_named(plain, tmp_path):
    part = make_pipeline(BeatAligner(), LogisticRegression(max_iter=1000))
    model = VotingClassifier([("linear", part)], voting="soft").fit(plain.data, plain.target)
    with pytest.raises(TypeError, match="BeatAligner cannot be exported.*save_pipeline"):
        export_onnx(model, tmp_path / "m.onnx")


def test_trees_that_distinguish_two_classes(plain, tmp_path):
    y = np.where(plain.target == "N", "N", "V")
    model = BoostedTreesClassifier(10, random_state=0).fit(plain.data, y)
    assert_same(export_onnx(model, tmp_path / "m.onnx", check=plain.data), model, plain.data)


def test_votes_that_are_counted_are_refused(plain, tmp_path):
    parts = [("trees", BoostedTreesClassifier(2))]
    model = VotingClassifier(parts, voting="hard").fit(plain.data, plain.target)
    with pytest.raises(ValueError, match="counts labels.*voting='soft'"):
        export_onnx(model, tmp_path / "m.onnx")


def test_features_under_a_linear_model(plain, tmp_path):
    y = np.where(plain.target == "V", 1, 0)
    model = make_pipeline(
        BeatEncoder(layer=2, pooling="mean_max"), StandardScaler(), LogisticRegression(C=0.01)
    ).fit(plain.data, y)
    path = export_onnx(model, tmp_path / "m.onnx")
    assert_same(path, model, plain.data)
    assert OnnxClassifier(path).predict(plain.data).dtype == y.dtype


ENCODERS = {
    "another rate, padded": (
        {"fs": 250.0, "before": 0.3, "edges": "pad", "pooling": "max"},
        {"fs": 250.0, "before": 0.3},
    ),
    "with its context": (
        {"weights": "mitdb-centered", "layer": "embedding"},
        model_card("mitdb-centered").segmentation,
    ),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_encoders(recording, tmp_path, name):
    options, cut = ENCODERS[name]
    beats = segment_beats(recording, **{"context": "rr", **cut}, as_frame=True)
    X = beats.data.copy()
    encoder = BeatEncoder(**options).fit(X)
    if options.get("layer") != "embedding":
        X.iloc[3, -1] = np.nan  # what passes through may be missing
    path = export_onnx(encoder, tmp_path / "e.onnx", check=X)
    served, wanted = OnnxTransformer(path), encoder.transform(X)
    for n_beats in (1, len(X)):
        np.testing.assert_allclose(
            served.transform(X[:n_beats]), wanted[:n_beats], rtol=CLOSE, atol=CLOSE * 10
        )
    assert served.get_feature_names_out().tolist() == encoder.get_feature_names_out().tolist()
    with pytest.raises(ValueError, match="Open it with OnnxTransformer"):
        OnnxClassifier(path).predict(X)


def test_leads_are_encoded_one_by_one(plain):
    X = np.hstack([plain.data, plain.data[:, ::-1]])
    encoder = BeatEncoder(layer=1, pooling="mean", n_leads=2).fit(X)
    found = module_of(encoder)(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(found, encoder.transform(X), rtol=0, atol=CLOSE)


def test_the_file_says_all_that_the_annotator_needs(recording, shipped):
    served, card = OnnxClassifier(shipped), model_card("any-lead")
    assert served.card_ == card
    assert served.segmentation == card.segmentation
    assert served.units_ == "QRS heights"
    expected = BeatAnnotator("any-lead").annotate(recording)
    for classifier in (str(shipped), shipped, served):
        annotated = BeatAnnotator(classifier).annotate(recording)
        pd.testing.assert_frame_equal(annotated.beats, expected.beats, rtol=0, atol=CLOSE)
        assert annotated.notes == expected.notes
    assert "'any-lead'" in BeatAnnotator(shipped).annotate(recording).provenance["classifier"]


def test_beats_in_other_units_are_warned_of(recording, shipped):
    beats = segment_beats(recording, **model_card("any-lead").segmentation, as_frame=True)
    table = beats.data.copy()
    table.iloc[:, :187] *= 1000
    with pytest.warns(UserWarning, match="as in ADC units or microvolts"):
        OnnxClassifier(shipped).predict(table)


def test_metadata_are_plain_json(shipped):
    model = onnx.load(shipped)
    onnx.checker.check_model(model, full_check=True)
    entry, seal = model.metadata_props
    assert (seal.key, len(seal.value)) == ("heartbeat.sha256", 64)
    told = json.loads(entry.value)
    assert entry.key == "heartbeat"
    assert told["classes"]["values"] == ["F", "N", "S", "V"]
    assert told["fs"] == 125.0
    assert told["units"] == "QRS heights"
    assert told["layout"]["n_times"] == 187
    assert len(told["layout"]["context"]) == len(model_card("any-lead").context)
    (beats,), (output,) = model.graph.input, model.graph.output
    assert beats.type.tensor_type.shape.dim[0].dim_param == "n_beats"
    assert (beats.name, output.name) == ("beats", "probabilities")
    assert b"site-packages" not in shipped.read_bytes()


CUT = {"leads": "MLII", "context": ("rr", "rhythm")}


@pytest.fixture(scope="module")
def of_a_user(with_context, quick, tmp_path_factory):
    """A network of the user's, fitted on an array, and its file."""
    X, y = with_context.data.to_numpy(), with_context.target
    model = CNNClassifier(width=8, depth=1, n_context=with_context.n_context, **quick).fit(X, y)
    return model, export_onnx(model, tmp_path_factory.mktemp("u") / "m.onnx", segmentation=CUT)


def test_users_say_how_their_beats_were_cut(of_a_user, recording, tmp_path):
    model, path = of_a_user
    served = OnnxClassifier(path)
    assert (served.segmentation, served.units_) == (CUT, "mV")
    expected = BeatAnnotator(model, segmentation=CUT).annotate(recording)
    annotated = BeatAnnotator(served).annotate(recording)
    assert annotated.beats["label"].tolist() == expected.beats["label"].tolist()
    with pytest.raises(ValueError, match="gives tables of 187 columns.*fitted on"):
        export_onnx(model, tmp_path / "m.onnx", segmentation={"leads": "MLII"})
    assert not list(tmp_path.iterdir())


def test_it_is_an_estimator(of_a_user, with_context, shipped):
    model, path = of_a_user
    served, X, y = OnnxClassifier(path), with_context.data.to_numpy(), with_context.target
    assert clone(served).get_params() == {"path": path, "n_jobs": None}
    assert served.fit(X, y) is served
    again = pickle.loads(pickle.dumps(served))
    np.testing.assert_array_equal(again.predict(X), served.predict(X))
    assert served.score(X, y) == model.score(X, y)
    abstaining = AbstainingClassifier(served, cv="prefit", calibration=None)
    assert set(abstaining.fit(X, y).predict(X)) <= {*"FNQV?"}
    assert served.set_params(path=shipped).layout_.leads == ("any",)
    assert not hasattr(again, "card_")
    assert not hasattr(again, "feature_names_in_")


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (
            [BeatAligner()],
            TypeError,
            "BeatAligner cannot be exported.*can be exported are Band",
        ),
        ([BaselineRemover("median")], ValueError, "method='median'.*Use method='highpass'"),
    ],
    ids=["aligner", "median"],
)
def test_what_cannot_be_expressed_says_what_can(plain, tmp_path, steps, error, message):
    model = make_pipeline(*steps, LogisticRegression(max_iter=1000)).fit(plain.data, plain.target)
    with pytest.raises(error, match=message):
        export_onnx(model, tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_a_classifier_is_the_last_step(plain, quick, tmp_path):
    model = LogisticRegression(max_iter=1000).fit(plain.data, plain.target)
    with pytest.raises(TypeError, match="LogisticRegression is a classifier, which must be"):
        export_onnx(make_pipeline(model, BeatScaler().fit(plain.data)), tmp_path / "m.onnx")


def test_statistics_by_subject_are_refused(plain, tmp_path):
    step = SubjectNormalizer().fit(plain.data, groups=plain.subject)
    with pytest.raises(ValueError, match="Fit it on one record"):
        export_onnx(make_pipeline(step), tmp_path / "m.onnx")


def test_a_graph_that_differs_is_not_written(tmp_path, monkeypatch):
    model, target = load_classifier("any-lead"), tmp_path / "m.onnx"
    target.write_bytes(b"what was there")
    graph = export_onnx(model, tmp_path / "same.onnx").read_bytes()
    monkeypatch.setattr("heartbeat.export._onnx._graph", lambda *_: graph)
    model.members_[0]["head.bias"][0] += 1e-3
    with pytest.raises(RuntimeError, match="differ from those of the estimator by"):
        export_onnx(load_classifier(save_classifier(model, tmp_path / "m.safetensors")), target)
    assert target.read_bytes() == b"what was there"
    assert len(list(tmp_path.iterdir())) == 3


def test_wrong_paths_and_unfitted_estimators(plain, tmp_path):
    with pytest.raises(ValueError, match="must end in .onnx"):
        export_onnx(CNNClassifier(), tmp_path / "m.bin")
    with pytest.raises(FileNotFoundError, match="no folder"):
        export_onnx(CNNClassifier(), tmp_path / "nowhere" / "m.onnx")
    with pytest.raises(NotFittedError):
        export_onnx(CNNClassifier(), tmp_path / "m.onnx")
    with pytest.raises(FileNotFoundError, match="no ONNX file at"):
        OnnxClassifier(tmp_path / "m.onnx").predict(plain.data)


def test_files_that_are_none_of_ours(shipped, tmp_path):
    damaged, foreign = tmp_path / "damaged.onnx", tmp_path / "foreign.onnx"
    damaged.write_bytes(shipped.read_bytes()[:1000])
    with pytest.raises(ValueError, match="not an ONNX file that can be run"):
        OnnxClassifier(damaged).fit()
    model = onnx.load(shipped)
    told = json.loads(model.metadata_props[0].value)
    del model.metadata_props[:]
    onnx.save(model, foreign)
    with pytest.raises(ValueError, match="not a file of heartbeat.export.export_onnx: its meta"):
        OnnxClassifier(foreign).fit()
    for change, message in (
        ({"format": "other/2"}, "its format is 'other/2'"),
        ({"layout": None}, "its description is damaged"),
        ({"card": {"name": "x"}}, "its description is damaged"),
    ):
        onnx.helper.set_model_props(model, {"heartbeat": json.dumps(told | change)})
        onnx.save(model, foreign)
        with pytest.raises(ValueError, match=message):
            OnnxClassifier(foreign).fit()


def test_a_changed_byte_is_noticed(shipped, tmp_path):
    content = bytearray(shipped.read_bytes())
    for position in (50, len(content) // 2, -200):
        changed = bytearray(content)
        changed[position] ^= 1
        (tmp_path / "changed.onnx").write_bytes(changed)
        with pytest.raises(ValueError, match="is damaged or was changed after it was exported"):
            OnnxClassifier(tmp_path / "changed.onnx").fit()


def test_another_version_is_named(shipped, tmp_path, plain):
    model = onnx.load(shipped)
    told = json.loads(model.metadata_props[0].value) | {"heartbeat": "0.0.1"}
    onnx.helper.set_model_props(model, {"heartbeat": json.dumps(told)})
    onnx.save(model, tmp_path / "old.onnx")
    with pytest.warns(UserWarning, match=r"heartbeat 0\.0\.1, but this is .*ecg==0\.0"):
        OnnxClassifier(tmp_path / "old.onnx").fit()
