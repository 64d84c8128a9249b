import numpy as np
import pytest

from heartbeat.metrics import compare_beats, compare_heart_rates, evaluate_annotations
from heartbeat.metrics._evaluation_scores import Counts, counts_of
from heartbeat.recording import Annotations

SYMBOLS = "NNVVNNVVVNSSNNNNVNNNNNSSSSSSNNNNVVNNNNNN"


def made_up(seed, share=0.1):
    """Reference and test, where a share of the beats is missed or called something else."""
    rng = np.random.default_rng(seed)
    symbols = list(SYMBOLS)
    sample = 100 + np.cumsum(rng.integers(250, 350, len(symbols)))
    called = np.where(rng.random(len(symbols)) < share, rng.choice(list("NSVF")), symbols)
    kept = rng.random(len(symbols)) > share
    return Annotations(sample, symbols), Annotations(sample[kept], called[kept])


@pytest.fixture(scope="module")
def recordings():
    return [(name, *made_up(seed)) for seed, name in enumerate("abcd")]


def evaluate(recordings, **keywords):
    return evaluate_annotations(recordings, **{"fs": 360, "start": 0, "random_state": 0} | keywords)


@pytest.fixture(scope="module")
def evaluation(recordings):
    return evaluate(recordings)


def test_gross_and_average_are_those_of_sumstats(evaluation):
    for frame in (evaluation.beats.to_frame().drop(columns="RR error"), evaluation.runs.to_frame()):
        np.testing.assert_allclose(evaluation.overall[frame.columns], frame, rtol=1e-12)
    average = evaluation.beats.to_frame().at["average", "RR error"]
    assert evaluation.overall.at["average", "RR error"] == pytest.approx(average)
    assert np.isnan(evaluation.overall.at["gross", "RR error"])
    for frame in (evaluation.beats.per_record, evaluation.runs.per_record):
        np.testing.assert_allclose(evaluation.per_record[frame.columns], frame, rtol=1e-12)


def test_average_forgives_fusion_beats_called_s_as_sumstats_does():
    sample = np.arange(0, 6000, 300)
    reference = Annotations(sample, list("NFSN" * 5))
    test = Annotations(sample, list("NSSN" * 5))
    evaluation = evaluate([("a", reference, test)], confidence=None)
    assert evaluation.per_record.at["a", "S +P"] == 0.5
    assert evaluation.overall["S +P"].tolist() == [1, 1]
    assert evaluation.beats.to_frame()["S +P"].tolist() == [1, 1]


def test_burden(recordings, evaluation):
    reference, test = (recordings[0][k].symbol for k in (1, 2))
    share = [(side == "V").mean() for side in (reference, test)]
    row = evaluation.per_record.loc["a"]
    assert [row["V burden"], row["V burden test"]] == pytest.approx(share)
    assert row["V burden error"] == pytest.approx(share[1] - share[0])
    pooled = [np.concatenate([recording[k].symbol for recording in recordings]) for k in (1, 2)]
    gross = (pooled[1] == "S").mean() - (pooled[0] == "S").mean()
    assert evaluation.overall.at["gross", "S burden error"] == pytest.approx(gross)
    errors = evaluation.per_record["S burden error"]
    assert evaluation.overall.at["average", "S burden |error|"] == pytest.approx(
        errors.abs().mean()
    )


def test_heart_rate_pools_measurements(recordings, evaluation):
    rates = [compare_heart_rates(*sides, fs=360, start=0) for _, *sides in recordings]
    n = np.array([rate.n_measurements for rate in rates])
    squares = n @ np.array([rate.rms_error for rate in rates]) ** 2
    mean = n @ np.array([rate.mean_rate for rate in rates]) / n.sum()
    assert evaluation.overall.at["gross", "HR error"] == pytest.approx(
        np.sqrt(squares / n.sum()) / mean
    )
    np.testing.assert_allclose(evaluation.per_record["HR error"], [rate.error for rate in rates])


def test_intervals_enclose_and_narrow_with_subjects(recordings, evaluation):
    gross = evaluation.intervals.loc["gross"].dropna()
    scores = evaluation.overall.loc["gross", gross.index]
    assert (gross["low"] <= scores + 1e-12).all() and (scores <= gross["high"] + 1e-12).all()
    # A subject whose recordings are drawn together: what draws from fewer spreads more.
    same = [(name + str(k), *sides) for name, *sides in recordings for k in range(8)]
    width = lambda evaluation: float(  # noqa: E731
        np.diff(evaluation.intervals.loc[("average", "V Se")])[0]
    )
    alone = evaluate(same)
    together = evaluate(same, subjects={name: name[0] for name, *_ in same})
    assert (alone.n_subjects, together.n_subjects) == (32, 4)
    assert width(alone) < 0.6 * width(together)
    assert width(together) == pytest.approx(width(evaluation))


def test_intervals_draw_whole_subjects():
    # Two subjects, one wholly right, one wholly wrong: a draw holds 0, 1 or 2 of the first.
    beats = Annotations(np.arange(0, 3000, 300), list("NVVNNVVNNN"))
    wrong = Annotations(beats.sample, list("NNNNNNNNNN"))
    evaluation = evaluate([("right", beats, beats), ("wrong", beats, wrong)])
    for kind in ("gross", "average"):
        for score in ("V couplet Se", "V Se"):
            assert evaluation.intervals.loc[(kind, score)].tolist() == [0, 1]
            assert evaluation.overall.at[kind, score] == 0.5
    assert evaluation.intervals.loc[("gross", "V burden error"), "low"] == pytest.approx(-0.4)


def test_same_seed_same_intervals(recordings):
    first, again, other = (
        evaluate(recordings, n_bootstrap=20, random_state=seed).intervals for seed in (0, 0, 1)
    )
    assert first.equals(again) and not first.equals(other)


def test_without_intervals(recordings):
    for keywords in ({"confidence": None}, {"subjects": dict.fromkeys("abcd", "one")}):
        evaluation = evaluate(recordings, **keywords)
        assert evaluation.intervals is None and evaluation.confidence is None
        assert "No intervals" in evaluation.report()
        assert evaluation.to_frame().index.get_level_values("name").tolist() == [
            *"abcd", "score", "score",
        ]  # fmt: skip


def test_table_holds_everything(evaluation):
    table = evaluation.to_frame()
    assert table.loc[("record", "b")].equals(evaluation.per_record.loc["b"].rename(("record", "b")))
    assert table.at[("gross", "score"), "V Se"] == evaluation.overall.at["gross", "V Se"]
    low = evaluation.intervals.loc[("average", "S Se"), "low"]
    assert table.at[("average", "low"), "S Se"] == low


def test_report_holds_the_tables_of_the_programs(evaluation):
    report = str(evaluation)
    assert report.startswith("Evaluation by ANSI/AAMI EC57: 4 recordings of 4 subjects\n====")
    for part in (
        evaluation.beats.report(),
        evaluation.beats.shutdown_lines(),
        evaluation.runs.report("V"),
        evaluation.runs.report("S"),
    ):
        assert part in report
    assert "from 0 s to the end" in report and "as rxr counts them" in report
    assert "draw 4 subjects with replacement" in report
    assert all(line == line.rstrip() for line in report.splitlines()[-40:])
    assert repr(evaluation) == "Evaluation(4 records of 4 subjects)"


def test_options_reach_the_comparisons():
    beats = Annotations(np.arange(0, 6000, 300), list("NNjjVVNN+NNNNNNNNNNN"), aux=["(AFIB"] * 20)
    evaluation = evaluate([("a", beats, beats)], corrected=True, convention="literature")
    assert not evaluation.runs.counts("S").any() and evaluation.beats.counts[1].sum() == 0
    assert evaluate([("a", beats, beats)]).runs.counts("S")[2, 0] == 1
    late = evaluate([("a", beats, beats)], start=10, stop=12, names=("x", "y"))
    assert late.beats.counts.sum() == 3
    assert "from 10 s to 12 s" in late.report()
    assert late.beats.comparisons[0].test == "y"


def test_rates_by_recording():
    beats = Annotations(np.arange(0, 6000, 300), ["N"] * 20)
    evaluation = evaluate(
        [("a", beats, beats), ("b", beats, beats)], fs={"a": 300, "b": 600}, confidence=None
    )
    assert [rate.mean_rate for rate in evaluation.heart_rates] == pytest.approx([60, 120])


def test_empty_annotations_are_no_error():
    empty = Annotations([], [])
    evaluation = evaluate([("a", empty, empty), ("b", *made_up(0))])
    assert evaluation.per_record.loc["a"].isna().all()
    assert evaluation.per_record.loc["b", "Q Se"] == evaluation.overall.at["average", "Q Se"]
    assert "nan" not in evaluation.report()


def test_counts_survive_being_put_in_a_row():
    reference, test = made_up(3)
    evaluation = evaluate([("a", reference, test)], confidence=None)
    counts = counts_of(
        evaluation.beats.comparisons, evaluation.runs.comparisons, evaluation.heart_rates
    )
    again = Counts.from_flat(counts.flat())
    assert (again.beats[0] == compare_beats(reference, test, fs=360, start=0).counts).all()
    assert (again.runs == counts.runs).all() and (again.heart_rate == counts.heart_rate).all()


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"recordings": []}, "Pass at least one"),
        ({"fs": {"x": 360}}, "fs must be a positive number of Hz, got None"),
        ({"confidence": 95}, "confidence must be a number between 0 and 1, .*got 95"),
        ({"n_bootstrap": 0}, "n_bootstrap must be an integer >= 1"),
        ({"convention": "aami"}, "convention must be"),
    ],
)
def test_mistakes_are_named(recordings, keywords, message):
    with pytest.raises(ValueError, match=message):
        evaluate(**{"recordings": recordings, **keywords})


def test_names_must_differ(recordings):
    with pytest.raises(ValueError, match="must have different names, but a occurs"):
        evaluate([*recordings, recordings[0]])
