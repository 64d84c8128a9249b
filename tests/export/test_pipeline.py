"""Pipelines that come back as they were, from files that can do no harm."""

import importlib
import io
import json
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
import sklearn
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, StackingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from torch import nn

import heartbeat
from heartbeat.calibration import AbstainingClassifier, ClassOddsClassifier
from heartbeat.datasets import make_beats
from heartbeat.export import TRUSTED_TYPES, load_pipeline, save_pipeline
from heartbeat.features import MorphologyFeatures, RandomConvolutionFeatures, WaveletFeatures
from heartbeat.neural import (
    CNNClassifier,
    list_architectures,
    register_architecture,
    save_classifier,
)
from heartbeat.pipelines import make_forest_baseline, make_interpatient_classifier
from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatAligner,
    BeatCropper,
    BeatResampler,
    BeatScaler,
    NotchFilter,
    SubjectNormalizer,
    WaveletDenoiser,
)
from heartbeat.resampling import (
    BeatAugmenter,
    BeatMixup,
    BeatSMOTE,
    SubjectBalancer,
    SubjectUnderSampler,
)
from heartbeat.transfer import BeatEncoder
from heartbeat.weights import weights_file

skops_io = pytest.importorskip("skops.io")

FAST = {"max_epochs": 1, "width": 4, "random_state": 0}

MODELS = {
    "forest": make_forest_baseline(3, random_state=0),
    "transformers": make_pipeline(
        BandpassFilter(), NotchFilter(60), BaselineRemover("median"), WaveletDenoiser(),
        BeatAligner(), BeatScaler(), SubjectNormalizer(), WaveletFeatures(), GaussianNB(),
    ),
    "samplers": make_pipeline(
        BeatCropper(-0.3, 0.5), BeatAugmenter(random_state=0),
        BeatSMOTE(k_neighbors=2, random_state=0), BeatMixup(random_state=0), SMOTE(k_neighbors=2),
        RandomConvolutionFeatures(84), HistGradientBoostingClassifier(max_iter=2),
    ),
    "encoder": make_pipeline(
        BeatResampler(n_times=187), BeatEncoder(layer=2, pooling="max"), StandardScaler(),
        LogisticRegression(),
    ),
    "stored weights": make_pipeline(
        BeatEncoder(str(weights_file("mitdb-ds1-kaggle")), layer=1, store_weights=True),
        SelectKBest(k=5), GaussianNB(),
    ),
    "network": make_pipeline(
        BaselineRemover(), CNNClassifier(resampler=BeatMixup(random_state=0), **FAST)
    ),
    "members": CNNClassifier(n_members=2, early_stopping=True, **FAST),
    "search": GridSearchCV(
        make_pipeline(MorphologyFeatures(), LogisticRegression()),
        {"logisticregression__C": [0.1, 1.0]}, cv=2,
    ),
    "calibrated": CalibratedClassifierCV(GaussianNB(), cv=2),
    "odds": ClassOddsClassifier(
        make_interpatient_classifier(max_epochs=1, max_iter=2, random_state=0), odds={"V": 3.0}
    ),
    "stacked": StackingClassifier([("cnn", CNNClassifier(**FAST)), ("nb", GaussianNB())], cv=2),
    "abstaining": AbstainingClassifier(GaussianNB(), calibration="isotonic", random_state=0),
}  # fmt: skip


@pytest.fixture(scope="module")
def beats():
    made = make_beats(400, n_subjects=4, random_state=0, as_frame=True)
    keep = made.target.isin(list("NV")).to_numpy()
    return made.data[keep], made.target[keep], made.subject[keep]


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("name", MODELS)
def test_what_comes_back_is_the_same(beats, tmp_path, name):
    X, y, _ = beats
    model = clone(MODELS[name]).fit(X, y)
    path = save_pipeline(model, tmp_path / "m.skops")
    again = load_pipeline(path)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    if hasattr(model, "predict_proba"):
        np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert str(again.get_params()) == str(model.get_params())
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("sampler", [SubjectBalancer, SubjectUnderSampler])
def test_samplers_by_subject_come_back(beats, tmp_path, sampler):
    X, y, groups = beats
    model = sampler(random_state=0)
    expected = model.fit_resample(X, y, groups=groups)
    again = load_pipeline(save_pipeline(model, tmp_path / "m.skops"))
    pd.testing.assert_frame_equal(again.fit_resample(X, y, groups=groups)[0], expected[0])


def test_the_history_of_a_network_comes_back(beats, tmp_path):
    X, y, _ = beats
    model = CNNClassifier(**FAST).fit(X, y)
    for again in (
        load_pipeline(save_pipeline(model, tmp_path / "m.skops")),
        pickle.loads(pickle.dumps(model)),
    ):
        pd.testing.assert_frame_equal(again.history_, model.history_)


def test_the_list_is_ours_and_of_two_neighbours():
    assert {name.partition(".")[0] for name in TRUSTED_TYPES} == {
        "heartbeat",
        "imblearn",
        "sklearn",
    }
    assert len(set(TRUSTED_TYPES)) == len(TRUSTED_TYPES)
    for name in TRUSTED_TYPES:
        module, _, attribute = name.rpartition(".")
        found = getattr(importlib.import_module(module), attribute)
        assert f"{found.__module__}.{found.__qualname__}" == name


@pytest.fixture
def saved(beats, tmp_path):
    X, y, _ = beats
    model = make_pipeline(BeatScaler(), GaussianNB()).fit(X, y)
    return save_pipeline(model, tmp_path / "m.skops")


def rewritten(path, name, change):
    """Return a copy of an archive with one member changed, and dropped if nothing is left."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            content = change(content) if member == name else content
            if content:
                new.writestr(member, content)
    other = path.with_name(f"other{path.suffix}")
    other.write_bytes(buffer.getvalue())
    return other


def test_the_file_is_plain_data(saved):
    with zipfile.ZipFile(saved) as archive:
        note = json.loads(archive.read("heartbeat.json"))
        names = archive.namelist()
    assert note["heartbeat"] == heartbeat.__version__
    assert note["scikit-learn"] == sklearn.__version__
    assert {name.rpartition(".")[2] for name in names} == {"json", "npy"}
    assert not set(skops_io.get_untrusted_types(file=saved)) - set(TRUSTED_TYPES)


@pytest.mark.parametrize(
    ("module", "name"), [(b"os", b"system"), (b"builtins", b"eval"), (b"torch.nn", b"Linear")]
)
def test_strange_types_are_refused(saved, module, name):
    def change(schema):
        schema = schema.replace(b"heartbeat.preprocessing._scaler", module)
        return schema.replace(b'"BeatScaler"', b'"' + name + b'"')

    other = rewritten(saved, "schema.json", change)
    with pytest.raises(ValueError, match=f"of the types.*{name.decode()}.*know and trust"):
        load_pipeline(other)


def shout(X):
    return X


@pytest.mark.parametrize(
    "step",
    [FunctionTransformer(shout), FunctionTransformer(lambda X: X), BeatEncoder(weights_file(
        "mitdb-ds1-kaggle"))],
    ids=["function", "lambda", "path"],
)  # fmt: skip
def test_what_would_be_refused_is_not_written(beats, tmp_path, step):
    X, y, _ = beats
    model = make_pipeline(step, StandardScaler(), GaussianNB()).fit(X, y)
    with pytest.raises(TypeError, match="Pipeline holds"):
        save_pipeline(model, tmp_path / "m.skops")
    assert not list(tmp_path.iterdir())


def test_files_that_are_none_of_ours(saved, tmp_path):
    with pytest.raises(FileNotFoundError, match="no saved pipeline at"):
        load_pipeline(tmp_path / "missing.skops")
    damaged = tmp_path / "damaged.skops"
    damaged.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(ValueError, match="is not a file of heartbeat.export.save_pipeline"):
        load_pipeline(damaged)
    skops_io.dump(StandardScaler().fit([[0], [1]]), damaged)
    with pytest.raises(ValueError, match="is not a file of heartbeat.export.save_pipeline"):
        load_pipeline(damaged)
    other = rewritten(saved, "heartbeat.json", lambda note: note.replace(b"pipeline/1", b"x/2"))
    with pytest.raises(ValueError, match="its format is 'heartbeat.export.x/2'"):
        load_pipeline(other)
    for change in (lambda schema: b"{}", lambda schema: schema[:50], lambda schema: b""):
        with pytest.raises(ValueError, match="cannot be read as a saved pipeline"):
            load_pipeline(rewritten(saved, "schema.json", change))


def test_another_version_is_named(saved):
    old = rewritten(
        saved,
        "heartbeat.json",
        lambda note: note.replace(heartbeat.__version__.encode(), b"0.0.1"),
    )
    expected = rf"written by heartbeat 0\.0\.1, but this is heartbeat {heartbeat.__version__}"
    with pytest.warns(UserWarning, match=expected):
        load_pipeline(old)


def test_no_code_comes_along(beats, tmp_path):
    """Pickles carry architectures of one's own, by value; these files do not."""

    @register_architecture("of this test")
    def build(n_leads, n_times, *, width=4, depth=1, kernel_size=1, dropout=0.0):
        return nn.Sequential(nn.Flatten(), nn.Linear(n_leads * n_times, width))

    X, y, _ = beats
    model = CNNClassifier("of this test", **FAST).fit(X, y)
    assert b"_new_with_builders" in pickle.dumps(model)
    path = save_pipeline(model, tmp_path / "m.skops")
    with zipfile.ZipFile(path) as archive:
        assert b"cloudpickle" not in archive.read("schema.json")
    np.testing.assert_array_equal(load_pipeline(path).predict(X), model.predict(X))
    state = model.__getstate__() | {"_builders": {"smuggled": pickle.dumps(nn.Flatten)}}
    CNNClassifier().__setstate__(state)
    assert "smuggled" not in list_architectures()


def test_what_cannot_be_saved_says_why(tmp_path):
    with pytest.raises(NotFittedError):
        save_pipeline(make_pipeline(GaussianNB()), tmp_path / "m.skops")
    with pytest.raises(TypeError, match="saves fitted estimators, got 3"):
        save_pipeline(3, tmp_path / "m.skops")
    fitted = GaussianNB().fit([[0], [1]], [0, 1])
    with pytest.raises(FileNotFoundError, match="no folder"):
        save_pipeline(fitted, tmp_path / "nowhere" / "m.skops")
    with pytest.raises(IsADirectoryError, match="Give the path of a file"):
        save_pipeline(fitted, tmp_path)


def test_nothing_is_unpickled(beats, saved, tmp_path):
    """Python itself tells of every class that an unpickler looks up."""
    X, y, _ = beats
    network = save_classifier(CNNClassifier(**FAST).fit(X, y), tmp_path / "m.safetensors")
    pickled = tmp_path / "m.pkl"
    pickled.write_bytes(pickle.dumps(StandardScaler()))
    script = """
import sys
from heartbeat.annotation import BeatAnnotator
from heartbeat.datasets import load_sample_recording
from heartbeat.export import load_pipeline
from heartbeat.neural import load_classifier
import pickle
import skops.io  # packages that it imports may pickle and unpickle objects of their own
seen = []
sys.addaudithook(lambda event, args: seen.append(event) if event == "pickle.find_class" else None)
load_pipeline(sys.argv[1])
load_classifier(sys.argv[2])
BeatAnnotator().annotate(load_sample_recording())
print(len(seen))
pickle.load(open(sys.argv[3], "rb"))
print(len(seen) > 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, (saved, network, pickled))],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["0", "True"], done.stderr
