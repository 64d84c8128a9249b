import json
import pickle
import shutil
import warnings
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from heartbeat._layout import resolve_layout
from heartbeat.datasets import make_beats
from heartbeat.features import MorphologyFeatures
from heartbeat.neural import (
    CNNClassifier,
    list_architectures,
    load_classifier,
    register_architecture,
    save_classifier,
)
from heartbeat.neural.architectures import _registry as architectures
from heartbeat.transfer import BeatEncoder, list_weights
from heartbeat.weights import _registry, model_card, weights_file

CENTERED, KAGGLE = "mitdb-ds1-centered", "mitdb-ds1-kaggle"
CARD = model_card(CENTERED)
BODIES = sorted({"convnext1d", "inception", "kachuee", "lite", "resnet", "tcn"})


@pytest.fixture(scope="module")
def beats():
    return make_beats(60, n_subjects=6, random_state=0)


@pytest.fixture(scope="module")
def rhythmic():
    """Beats with the context of the weights, as a DataFrame."""
    return make_beats(
        60, n_subjects=6, context=CARD.context_blocks, as_frame=True, random_state=0
    ).data


@pytest.fixture(scope="module")
def scaled():
    return make_beats(60, n_subjects=6, layout="kaggle", random_state=0).data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the weights, which the registry then takes for its own."""
    for name in (CENTERED, KAGGLE):
        for suffix in (".json", ".safetensors"):
            shutil.copy(_registry._FOLDER / f"{name}{suffix}", tmp_path)
    monkeypatch.setattr(_registry, "_FOLDER", tmp_path)
    return tmp_path


def save(path, X, architecture="lite", **parameters):
    """Train a little, save, return the file."""
    small = {"width": 8, "max_epochs": 1, "random_state": 0} | parameters
    y = np.array(["N", "S", "V"])[np.arange(len(X)) % 3]
    return save_classifier(CNNClassifier(architecture, **small).fit(X, y), path)


def noise(n_beats=12, n_columns=40, seed=0):
    return np.random.default_rng(seed).standard_normal((n_beats, n_columns)).astype(np.float32)


def bump(fs, before, after, shift=0.0):
    """A beat as a function of time, cut at a rate: an R peak, a T wave."""
    time = (np.arange(int(before * fs) + int(after * fs)) - int(before * fs)) / fs - shift
    return np.exp(-((time / 0.04) ** 2)) + 0.3 * np.exp(-(((time - 0.3) / 0.08) ** 2))


class TestLayers:
    def test_embedding_is_what_the_classifier_embeds(self, rhythmic):
        encoder = BeatEncoder(layer="embedding").fit(rhythmic)
        encoded = encoder.transform(rhythmic)
        expected = load_classifier(weights_file(CENTERED))
        expected.precision_ = "float32"
        np.testing.assert_allclose(encoded, expected.embed(rhythmic), rtol=1e-5, atol=1e-5)
        assert (encoded.dtypes == np.float32).all()
        assert encoder.get_feature_names_out()[1] == "embedding_f1"

    @pytest.mark.parametrize("name", list_weights())
    def test_body_sees_the_waveform_alone(self, name, beats, scaled):
        X = scaled if "kaggle" in name else beats.data
        classifier = load_classifier(weights_file(name))
        network = classifier.net_.module_.eval()
        with torch.no_grad():
            waveforms = (torch.from_numpy(X)[:, None] - network.lead_mean) / network.lead_scale
            expected = network.body(waveforms).numpy()
        encoded = BeatEncoder(name).fit_transform(X)
        np.testing.assert_allclose(encoded, expected, rtol=1e-4, atol=1e-4)

    def test_embedding_without_context_is_the_body(self, scaled):
        embedded = BeatEncoder(KAGGLE, layer="embedding").fit_transform(scaled)
        np.testing.assert_array_equal(embedded, BeatEncoder(KAGGLE).fit_transform(scaled))

    def test_the_last_block_of_lite_is_the_body(self, beats):
        body = BeatEncoder().fit_transform(beats.data)
        for layer in (3, 4):  # 4 does nothing but lay out flat what 3 gives
            np.testing.assert_array_equal(
                body, BeatEncoder(layer=np.int64(layer)).fit_transform(beats.data)
            )

    @pytest.mark.parametrize("name", BODIES)
    def test_every_block_and_pooling_of_every_body(self, name, tmp_path):
        X = noise(8, 60)
        path = save(tmp_path / "m", X, name)
        n_blocks = len(load_classifier(path).net_.module_.body)
        widths = set()
        for layer in ("embedding", "body", *range(1, n_blocks + 1)):
            encoder = BeatEncoder(path, layer=layer).fit(X)
            encoded = encoder.transform(X)
            names = encoder.get_feature_names_out()
            assert encoded.shape == (8, len(names)) == (8, len(set(names)))
            assert np.isfinite(encoded).all()
            assert resolve_layout(len(names), names).n_context == 0
            widths.add(encoded.shape[1])
        assert len(widths) >= 2
        pooled = {
            pooling: BeatEncoder(path, pooling=pooling).fit_transform(X)
            for pooling in ("mean", "max", "mean_max")
        }
        np.testing.assert_array_equal(
            np.hstack([pooled["mean"], pooled["max"]]), pooled["mean_max"]
        )

    def test_pooling_is_over_time(self, beats):
        encoder = BeatEncoder(layer=2).fit(beats.data)
        assert encoder.get_feature_names_out()[33] == "block2_t1_c1"
        whole = encoder.transform(beats.data).reshape(60, -1, 32)
        pooled = BeatEncoder(layer=2, pooling="mean_max").fit(beats.data)
        assert pooled.get_feature_names_out()[[1, 33]].tolist() == [
            "block2_mean_c1",
            "block2_max_c1",
        ]
        np.testing.assert_allclose(
            pooled.transform(beats.data),
            np.hstack([whole.mean(axis=1), whole.max(axis=1)]),
            rtol=1e-4,
            atol=1e-5,
        )

    def test_pooled_body_of_lite(self, beats):
        body = BeatEncoder(pooling="max").fit(beats.data)
        assert body.get_feature_names_out()[-1] == "body_max_c63"
        np.testing.assert_array_equal(
            body.transform(beats.data),
            BeatEncoder(layer=3, pooling="max").fit_transform(beats.data),
        )

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"layer": "embedding", "pooling": "mean"}, r"has none. .*namely 1, 2, 3\)"),
            ({"layer": 4, "pooling": "max"}, r"layer=4 of 'lite' has none.*namely 1, 2, 3\)"),
            ({"layer": 5}, r"has 4 blocks here \(those with a time axis are 1, 2, 3\)"),
        ],
        ids=str,
    )
    def test_what_has_no_time_is_not_pooled(self, parameters, message, beats, rhythmic):
        X = rhythmic if parameters["layer"] == "embedding" else beats.data
        with pytest.raises(ValueError, match=message):
            BeatEncoder(**parameters).fit(X)

    def test_bodies_without_blocks(self, tmp_path, monkeypatch):
        monkeypatch.setattr(architectures, "_REGISTRY", dict(architectures._REGISTRY))

        class Body(nn.Module):
            def __init__(self):
                super().__init__()
                self.last = nn.Linear(40, 6)

            def forward(self, x):
                return self.last(x[:, 0])

        @register_architecture("plain")
        def plain(n_leads, n_times, *, width=1, depth=1, kernel_size=1, dropout=0.0):
            return Body()

        @register_architecture("flat")
        def flat(n_leads, n_times, *, width=1, depth=1, kernel_size=1, dropout=0.0):
            return nn.Sequential(nn.Flatten(), nn.Linear(40, 6))

        X = noise()
        path = save(tmp_path / "m", X, "plain")
        assert BeatEncoder(path).fit_transform(X).shape == (12, 6)
        for wrong in ({"layer": 1}, {"pooling": "mean"}):
            with pytest.raises(ValueError, match=r"torch.nn.Sequential of blocks"):
                BeatEncoder(path, **wrong).fit(X)
        with pytest.raises(ValueError, match="no block of 'flat' has one"):
            BeatEncoder(save(tmp_path / "f", X, "flat"), pooling="mean").fit(X)

    def test_all_bodies_are_tried(self):
        assert set(BODIES) <= set(list_architectures())

    def test_a_normalisation_behind_the_cut_stays_there(self, tmp_path, monkeypatch):
        """Folded into the convolution before it, it would change the output of that block."""
        monkeypatch.setattr(architectures, "_REGISTRY", dict(architectures._REGISTRY))

        @register_architecture("separate")
        def separate(n_leads, n_times, *, width=4, depth=1, kernel_size=1, dropout=0.0):
            return nn.Sequential(
                nn.Unflatten(1, (n_leads, 1)), nn.Conv2d(n_leads, 4, 1), nn.BatchNorm2d(4),
                nn.Flatten(),
            )  # fmt: skip

        X = noise()
        path = save(tmp_path / "m", X, "separate", max_epochs=5)
        network = load_classifier(path).net_.module_.eval()
        with torch.no_grad():
            waveforms = (torch.from_numpy(X)[:, None] - network.lead_mean) / network.lead_scale
            expected = network.body[:2](waveforms).mean(dim=(2, 3)).numpy()
        encoded = BeatEncoder(path, layer=2, pooling="mean").fit_transform(X)
        np.testing.assert_allclose(encoded, expected, rtol=1e-4, atol=1e-5)


class TestContext:
    def test_it_passes_untouched_behind_the_features(self, rhythmic):
        X = rhythmic.copy()
        X.iloc[3, -1] = np.nan
        encoder = BeatEncoder(layer=1, pooling="max").fit(X)
        encoded = encoder.transform(X).to_numpy()
        n_context = len(CARD.context)
        np.testing.assert_array_equal(encoded[:, -n_context:], X.iloc[:, -n_context:])
        assert tuple(encoder.get_feature_names_out()[-n_context:]) == CARD.context
        alone = BeatEncoder(layer=1, pooling="max").fit_transform(X.iloc[:, :187])
        np.testing.assert_array_equal(encoded[:, :-n_context], alone)

    def test_embedding_takes_columns_by_name(self, rhythmic):
        expected = BeatEncoder(layer="embedding").fit_transform(rhythmic)
        columns = [*rhythmic.columns[:187], *rhythmic.columns[:186:-1]]
        table = rhythmic[columns].assign(age=np.nan)
        encoder = BeatEncoder(layer="embedding").set_output(transform="pandas").fit(table)
        encoded = encoder.transform(table)
        np.testing.assert_array_equal(encoded.iloc[:, :-1], expected)
        assert encoded.columns[-1] == "age"
        assert encoded["age"].isna().all()

    def test_embedding_takes_columns_of_arrays_by_number(self, rhythmic):
        X = rhythmic.to_numpy()
        encoder = BeatEncoder(layer="embedding", n_context=len(CARD.context))
        np.testing.assert_array_equal(
            encoder.fit_transform(X), BeatEncoder(layer="embedding").fit_transform(rhythmic)
        )
        # Names that say nothing of leads: which columns are context is known by number too.
        strange = pd.DataFrame(X).add_prefix("column")
        assert encoder.fit_transform(strange).shape == (60, 128)

    def test_what_is_missing_is_named(self, beats, rhythmic):
        with pytest.raises(ValueError, match=r"this table lacks \['rhythm_entropy_around30'\]"):
            BeatEncoder(layer="embedding").fit(rhythmic.drop(columns="rhythm_entropy_around30"))
        with pytest.raises(ValueError, match=r"has 0 \(n_context=None\).*layer='body'"):
            BeatEncoder(layer="embedding").fit(beats.data)
        X = rhythmic.copy()
        X.iloc[3, -1] = np.nan
        with pytest.raises(ValueError, match="context columns of X contains NaN"):
            BeatEncoder(layer="embedding").fit_transform(X)


class TestLeads:
    def test_each_is_encoded_on_its_own(self):
        X = make_beats(20, n_subjects=5, n_leads=2, as_frame=True, random_state=0).data
        encoder = BeatEncoder(pooling="mean").set_output(transform="pandas").fit(X)
        encoded = encoder.transform(X)
        first, second = (X.iloc[:, :187], X.iloc[:, 187:])
        leads = [name.rpartition("_")[0] for name in (first.columns[0], second.columns[0])]
        for lead, part in zip(leads, (first, second), strict=True):
            alone = BeatEncoder(pooling="mean").set_output(transform="pandas").fit_transform(part)
            np.testing.assert_allclose(
                encoded[[f"{lead}_{name}" for name in alone.columns]], alone, rtol=1e-4, atol=1e-5
            )
        array = BeatEncoder(pooling="mean", n_leads=2).fit(X.to_numpy())
        assert array.get_feature_names_out()[0] == "lead0_body_mean_c0"

    def test_embedding_has_one_context_for_one_lead(self):
        X = make_beats(
            20, n_subjects=5, n_leads=2, context=CARD.context_blocks, as_frame=True, random_state=0
        ).data
        with pytest.raises(ValueError, match=r"one lead with the context, but this table has 2"):
            BeatEncoder(layer="embedding").fit(X)
        assert BeatEncoder().fit_transform(X).shape == (20, 2 * 768 + len(CARD.context))

    def test_weights_of_several_leads(self, tmp_path):
        X = noise(12, 80)
        path = save(tmp_path / "m", X, n_leads=2)
        encoder = BeatEncoder(path, n_leads=2, layer="embedding").fit(X)
        np.testing.assert_allclose(encoder.transform(X), load_classifier(path).embed(X), rtol=1e-5)
        assert encoder.get_feature_names_out()[0] == "embedding_f0"
        with pytest.raises(ValueError, match=r"need 2 leads together, .*, but this table has 1"):
            BeatEncoder(path).fit(X[:, :40])

    def test_leads_in_another_order_are_refused(self, tmp_path):
        names = [f"{lead}_{i:03d}" for lead in ("MLII", "V1") for i in range(40)]
        X = pd.DataFrame(noise(12, 80), columns=names)
        path = save(tmp_path / "m", X)
        with pytest.raises(ValueError, match=r"has the order \['V1', 'MLII'\]"):
            BeatEncoder(path).fit(X[names[40:] + names[:40]])
        BeatEncoder(path).fit(X.rename(columns=lambda name: name.replace("MLII", "II")))

    def test_members_stand_side_by_side(self, tmp_path):
        X = noise(12, 83)
        path = save(tmp_path / "m", X, n_members=2, n_leads=2, n_context=3)
        encoder = BeatEncoder(path, n_leads=2, n_context=3, layer="embedding").fit(X)
        encoded = encoder.transform(X)
        np.testing.assert_allclose(encoded, load_classifier(path).embed(X), rtol=1e-5, atol=1e-6)
        names = encoder.get_feature_names_out()
        assert (names[0], len(names)) == ("member0_embedding_f0", encoded.shape[1])
        assert names[-1].startswith("member1_")


class TestWindow:
    @pytest.mark.parametrize("fs", [100.0, 250.0, 360.0, 500.0])
    def test_another_rate_gives_nearly_the_same(self, fs):
        expected = BeatEncoder().fit_transform(bump(125, 0.5, 1.0)[None])[0]
        scale = np.linalg.norm(expected)
        encoded = BeatEncoder(fs=fs).fit_transform(bump(fs, 0.5, 1.0)[None])[0]
        near = np.linalg.norm(encoded - expected) / scale
        assert near < 0.01
        # One sample off, of the coarser rate, is seen.
        one = 1 / min(fs, 125.0)
        for off in (-one, one):
            wrong = BeatEncoder(fs=fs, edges="pad", before=0.5 + off)
            wrong = wrong.fit_transform(bump(fs, 0.5, 1.0)[None])[0]
            assert np.linalg.norm(wrong - expected) / scale > max(5 * near, 0.03)

    def test_longer_beats_are_cut_around_r(self):
        expected = BeatEncoder().fit_transform(bump(125, 0.5, 1.0)[None])
        longer = BeatEncoder(fs=125, before=0.8).fit_transform(bump(125, 0.8, 1.4)[None])
        np.testing.assert_allclose(longer, expected, rtol=1e-4, atol=1e-5)
        longer = BeatEncoder(fs=360, before=0.8).fit_transform(bump(360, 0.8, 1.4)[None])
        assert np.linalg.norm(longer - expected) / np.linalg.norm(expected) < 0.01

    def test_short_beats_are_refused_or_padded(self):
        short = bump(125, 0.4, 0.8)[None]
        with pytest.raises(
            ValueError, match=r"lack 0.096 s at the beginning and 0.2 s at the end.*edges='pad'"
        ):
            BeatEncoder(fs=125, before=0.4).fit(short)
        padded = np.pad(short, ((0, 0), (12, 25)), mode="edge")
        np.testing.assert_allclose(
            BeatEncoder(fs=125, before=0.4, edges="pad").fit_transform(short),
            BeatEncoder().fit_transform(padded),
            rtol=1e-4,
            atol=1e-5,
        )

    def test_kaggle_beats_are_padded_with_zeros(self, scaled):
        short = scaled[:, :150]
        padded = np.pad(short, ((0, 0), (0, 37)))
        np.testing.assert_allclose(
            BeatEncoder(KAGGLE, fs=125, edges="pad").fit_transform(short),
            BeatEncoder(KAGGLE).fit_transform(padded),
            rtol=1e-4,
            atol=1e-5,
        )

    def test_another_length_asks_for_the_rate(self, beats):
        with pytest.raises(
            ValueError, match=r"centered layout with 187 samples at 125 Hz and R after 0.5 s, but"
        ):
            BeatEncoder().fit(beats.data[:, :180])
        with pytest.raises(ValueError, match="Set n_leads=1, n_context=47"):
            BeatEncoder(n_leads=1).fit(noise(12, 187 + len(CARD.context)))
        with pytest.raises(ValueError, match="places the R peak at sample 250"):
            BeatEncoder(fs=500).fit(beats.data)

    def test_own_files_say_no_rate(self, tmp_path):
        X = noise()
        path = save(tmp_path / "m", X)
        for wrong in ({"fs": 125.0}, {"before": 0.1}):
            with pytest.raises(ValueError, match="does not store how its beats were segmented"):
                BeatEncoder(path, **wrong).fit(X)
        with pytest.raises(ValueError, match="needs 40 samples per lead, but these beats have 39"):
            BeatEncoder(path, edges="pad").fit(X[:, :39])


class TestUnits:
    def test_kaggle_weights_refuse_millivolts(self, beats, scaled):
        with pytest.raises(ValueError, match=r"need beats scaled to \[0, 1\], .*layout='kaggle'"):
            BeatEncoder(KAGGLE).fit_transform(beats.data)
        BeatEncoder(KAGGLE).fit_transform(scaled * np.float32(1 + 1e-6))

    def test_converter_units_are_noticed(self, beats):
        encoder = BeatEncoder(layer=1, pooling="max").fit(beats.data)
        with pytest.warns(UserWarning, match=r"amplitude above .*per mV"):
            encoder.transform(200 * beats.data)

    def test_scaled_beats_are_noticed(self, beats, scaled):
        encoder = BeatEncoder(layer=1, pooling="max").fit(beats.data)
        with pytest.warns(UserWarning, match="each of these ranges from 0 to 1"):
            encoder.transform(scaled)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            encoder.transform(beats.data)
            encoder.transform(np.zeros((20, 187)))
            encoder.transform(np.clip(beats.data, 0, 1))


class TestWeights:
    def test_fit_reads_none(self, beats, monkeypatch):
        from heartbeat.transfer import _source

        read = []
        for name in ("read_file", "weights_file"):
            function = getattr(_source, name)
            monkeypatch.setattr(
                _source, name, lambda path, f=function: (read.append(path), f(path))[1]
            )
        encoder = BeatEncoder().fit(beats.data)
        encoder.get_feature_names_out()
        assert not read
        encoder.transform(beats.data[:2])
        encoder.transform(beats.data[:2])
        assert len(read) == 2  # verified once, read once
        clone(encoder).fit(beats.data)
        pickle.dumps(encoder)
        assert len(read) == 2

    def test_pickles_are_small_unless_asked(self, beats):
        encoder = BeatEncoder(fs=125.0).fit(beats.data)
        expected = encoder.transform(beats.data)
        pickled = pickle.dumps(encoder)
        assert len(pickled) < 5_000
        assert len(pickle.dumps(BeatEncoder(fs=360, before=0.1, edges="pad").fit(beats.data))) < 5e3
        with_weights = pickle.dumps(encoder.set_params(store_weights=True))
        assert len(with_weights) == pytest.approx(CARD.n_bytes, rel=0.05)
        for copied in (pickle.loads(pickled), deepcopy(encoder), clone(encoder).fit(beats.data)):
            np.testing.assert_array_equal(copied.transform(beats.data), expected)

    def test_stored_weights_need_no_file(self, beats, folder):
        encoder = BeatEncoder(store_weights=True).fit(beats.data)
        expected = encoder.transform(beats.data)
        without = pickle.dumps(BeatEncoder().fit(beats.data))
        pickled = pickle.dumps(encoder)
        for path in folder.iterdir():
            path.unlink()
        for _ in range(2):  # and once more from a pickle of the pickle
            again = pickle.loads(pickled)
            pickled = pickle.dumps(again)
            np.testing.assert_array_equal(again.transform(beats.data), expected)
            assert again.get_feature_names_out().tolist()[0] == "body_f0"
        assert len(pickle.dumps(again.set_params(store_weights=False))) < 5_000
        with pytest.raises(ValueError, match=f"has no weights '{CENTERED}'"):
            pickle.loads(without).transform(beats.data)

    def test_a_changed_byte_is_an_error(self, beats, folder):
        path = folder / f"{CENTERED}.safetensors"
        content = bytearray(path.read_bytes())
        content[-5] ^= 1
        path.write_bytes(content)
        with pytest.raises(ValueError, match="is damaged"):
            BeatEncoder().fit_transform(beats.data)
        path.unlink()
        with pytest.raises(FileNotFoundError, match="is missing"):
            BeatEncoder().fit_transform(beats.data)

    def test_other_weights_of_the_same_name_are_an_error(self, beats, folder):
        encoder = BeatEncoder().fit(beats.data)
        shutil.copy(folder / f"{KAGGLE}.safetensors", folder / f"{CENTERED}.safetensors")
        card = json.loads((folder / f"{CENTERED}.json").read_text())
        card["sha256"] = model_card(KAGGLE).sha256
        (folder / f"{CENTERED}.json").write_text(json.dumps(card))
        with pytest.raises(ValueError, match="have changed since the encoder was fitted"):
            encoder.transform(beats.data)
        with pytest.raises(ValueError, match="do not fit the architecture 'lite'"):
            BeatEncoder().fit_transform(beats.data)

    def test_own_files(self, tmp_path):
        X = noise(12, 42)
        path = save(tmp_path / "m.safetensors", X, n_context=2)
        encoder = BeatEncoder(str(path), layer="embedding", n_context=2).fit(X)
        encoded = encoder.transform(X)
        np.testing.assert_allclose(encoded, load_classifier(path).embed(X), rtol=1e-5, atol=1e-6)
        encoder = pickle.loads(pickle.dumps(encoder))
        save(path, X, n_context=2, random_state=1)
        with pytest.raises(ValueError, match="have changed since the encoder was fitted"):
            encoder.transform(X)
        assert not np.allclose(encoder.fit_transform(X), encoded)
        path.unlink()
        with pytest.raises(FileNotFoundError, match="no saved classifier"):
            pickle.loads(pickle.dumps(encoder)).transform(X)

    def test_what_is_none(self, beats, tmp_path):
        with pytest.raises(ValueError, match=r"'resnet' is neither the name of weights"):
            BeatEncoder("resnet").fit(beats.data)
        with pytest.raises(FileNotFoundError, match="no saved classifier"):
            BeatEncoder(tmp_path / "m").fit(beats.data)
        with pytest.raises(TypeError, match="weights must be one of"):
            BeatEncoder(None).fit(beats.data)
        with pytest.raises(NotFittedError):
            BeatEncoder().transform(beats.data)

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"layer": 0}, "layer must be an integer >= 1, got 0"),
            ({"layer": True}, "layer must be 'body', 'embedding' or a number of blocks"),
            ({"layer": "head"}, "layer must be 'body', 'embedding' or a number of blocks"),
            ({"pooling": "sum"}, "pooling must be one of"),
            ({"edges": "drop"}, "edges must be one of"),
            ({"precision": "float16"}, "precision must be one of"),
            ({"batch_size": 0}, "batch_size must be"),
            ({"device": "abacus"}, "device must be 'auto'"),
            ({"store_weights": "yes"}, "store_weights must be one of"),
            ({"fs": -1}, "fs must be a finite number > 0"),
            ({"before": "R"}, "before must be a finite number >= 0"),
        ],
        ids=str,
    )
    def test_bad_parameters(self, beats, parameters, message):
        with pytest.raises(ValueError, match=message):
            BeatEncoder(**parameters).fit(beats.data)


class TestComposition:
    def test_nothing_but_the_result_changes(self, beats):
        X = beats.data.copy()
        X.flags.writeable = False
        random, threads = torch.get_rng_state(), torch.get_num_threads()
        numpys = np.random.get_state()  # noqa: NPY002
        BeatEncoder(fs=125.0, before=0.4, edges="pad").fit_transform(X)
        BeatEncoder().fit_transform(X)
        assert torch.equal(torch.get_rng_state(), random)
        assert torch.get_num_threads() == threads
        np.testing.assert_equal(np.random.get_state(), numpys)  # noqa: NPY002
        np.testing.assert_array_equal(X, beats.data)

    def test_a_refit_that_fails_leaves_nothing_behind(self, beats):
        encoder = BeatEncoder().fit(beats.data)
        short = beats.data[:, :100]
        with pytest.raises(ValueError, match="have 100 samples per lead"):
            encoder.fit(short)
        with pytest.raises(NotFittedError):
            encoder.transform(short)

    def test_batches_and_dtypes_do_not_matter(self, beats):
        expected = BeatEncoder().fit_transform(beats.data)
        for X, size in ((beats.data, 7), (beats.data.astype(np.float64), 60), (beats.data, 1)):
            encoded = BeatEncoder(batch_size=size).fit_transform(np.asfortranarray(X))
            assert encoded.dtype == np.float32
            np.testing.assert_allclose(encoded, expected, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize("n_threads", [1, 3])
    def test_threads_do_not_matter(self, beats, n_threads):
        encoder = BeatEncoder(batch_size=16).fit(beats.data)
        expected = encoder.transform(beats.data)
        before = torch.get_num_threads()
        try:
            torch.set_num_threads(n_threads)
            np.testing.assert_array_equal(encoder.transform(beats.data), expected)
            assert torch.get_num_threads() == n_threads
        finally:
            torch.set_num_threads(before)

    def test_reduced_precision_is_near(self, beats):
        encoder = BeatEncoder().fit(beats.data)
        expected = encoder.transform(beats.data)
        near = encoder.set_params(precision="bfloat16").transform(beats.data)
        assert 0 < np.linalg.norm(near - expected) / np.linalg.norm(expected) < 0.02
        encoder.set_params(precision="auto").transform(beats.data)
        back = encoder.set_params(precision="float32").transform(beats.data)
        np.testing.assert_array_equal(back, expected)

    def test_search_over_layers_and_weights(self, beats):
        model = make_pipeline(
            BeatEncoder(pooling="mean_max"), StandardScaler(), LogisticRegression(max_iter=200)
        )
        grid = {
            "beatencoder__weights": [CENTERED, "mitdb-centered"],
            "beatencoder__layer": ["body", 2],
        }
        search = GridSearchCV(model, grid, cv=2).fit(beats.data, beats.target == "N")
        assert np.isfinite(search.cv_results_["mean_test_score"]).all()
        assert search.best_score_ > 0.7

    def test_beside_features_made_by_hand(self, beats):
        union = FeatureUnion([("net", BeatEncoder(layer=1, pooling="max")),
                              ("hand", MorphologyFeatures())])  # fmt: skip
        model = make_pipeline(union, StandardScaler(), SVC()).fit(beats.data, beats.target)
        assert model.score(beats.data, beats.target) > 0.7
        names = union.get_feature_names_out()
        assert names[0] == "net__block1_max_c0"
        assert len(set(names)) == union.transform(beats.data).shape[1]

    def test_in_other_processes(self, beats):
        encoder = BeatEncoder().fit(beats.data)
        halves = Parallel(n_jobs=2)(
            delayed(encoder.transform)(half) for half in np.array_split(beats.data, 2)
        )
        np.testing.assert_allclose(
            np.vstack(halves), encoder.transform(beats.data), rtol=1e-4, atol=1e-4
        )
