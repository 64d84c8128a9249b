import numpy as np
import pandas as pd
import pytest

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import aami_report, aami_scores


@pytest.fixture
def beats():
    rng = np.random.default_rng(1)
    groups = rng.choice(["100", "201", "202", "233"], 2000)
    y_true = np.where(groups == "100", "N", rng.choice(list("NNNNSVF"), 2000))
    y_pred = np.where(rng.random(2000) < 0.8, y_true, rng.choice(list("NSVF"), 2000))
    return y_true, y_pred, groups


def test_gross_scores_pool_every_beat(beats):
    y_true, y_pred, groups = beats
    report = aami_report(y_true, y_pred, groups=groups)
    scores = aami_scores(y_true, y_pred)
    assert report.scores.to_dict() == pytest.approx(scores.to_dict(), nan_ok=True)
    pd.testing.assert_frame_equal(report.to_frame(), scores.to_frame(), check_dtype=False)
    assert list(report.to_frame().index) == list(AAMI_CLASSES)


def test_per_group_rows_are_scores_of_that_group(beats):
    y_true, y_pred, groups = beats
    per_group = aami_report(y_true, y_pred, groups=groups).per_group
    for group, row in per_group.iterrows():
        own = groups == group
        scores = aami_scores(y_true[own], y_pred[own])
        assert row["beats"] == own.sum()
        assert row["V Se"] == pytest.approx(scores.se["V"], nan_ok=True)
        assert row["S +P"] == pytest.approx(scores.ppv["S"], nan_ok=True)
        assert row["accuracy"] == pytest.approx(scores.accuracy)
    # Record 100 holds N alone: S was predicted there, so +P is 0, but there is no S to find.
    assert per_group.loc["100", "S +P"] == 0
    assert np.isnan(per_group.loc["100", ["S Se", "S F1"]].astype(float)).all()
    assert per_group.loc["100", "macro-F1"] == per_group.loc["100", "N F1"]


def test_average_is_over_groups_where_defined(beats):
    y_true, y_pred, groups = beats
    report = aami_report(y_true, y_pred, groups=groups)
    per_group = report.per_group
    for letter in AAMI_CLASSES:
        for score in ("Se", "+P", "FPR", "F1"):
            expected = per_group[f"{letter} {score}"].mean()
            assert report.average.at[letter, score] == pytest.approx(expected, nan_ok=True)
    assert report.average["groups"].to_dict() == {"N": 4, "S": 3, "V": 3, "F": 3, "Q": 0}
    assert report.overall.at["accuracy", "average"] == pytest.approx(per_group["accuracy"].mean())


def test_intervals_are_those_of_drawing_whole_groups(beats):
    y_true, y_pred, groups = beats
    report = aami_report(
        y_true, y_pred, groups=groups, confidence=0.9, n_bootstrap=400, random_state=0
    )
    # The plain way: gather the beats of the drawn records and score them again.
    rng = np.random.RandomState(0)
    names = np.unique(groups)
    draws = rng.multinomial(4, np.full(4, 0.25), size=400)
    se = []
    for drawn in draws:
        rows = np.concatenate(
            [np.tile(np.flatnonzero(groups == n), k) for n, k in zip(names, drawn, strict=True)]
        )
        se.append(aami_scores(y_true[rows], y_pred[rows]).se["V"])
    expected = np.nanquantile(se, [0.05, 0.95])
    np.testing.assert_allclose(report.intervals.loc[("V", "Se")], expected)
    frame = report.to_frame(intervals=True)
    np.testing.assert_allclose(frame.loc["V", ["Se low", "Se high"]].astype(float), expected)
    assert report.overall.at["accuracy", "low"] < report.overall.at["accuracy", "gross"]


def test_intervals_are_reproducible_and_undefined_where_the_score_is(beats):
    y_true, y_pred, groups = beats
    make = lambda: aami_report(  # noqa: E731
        y_true, y_pred, groups=groups, confidence=0.95, n_bootstrap=50, random_state=3
    )
    pd.testing.assert_frame_equal(make().intervals, make().intervals)
    assert make().intervals.loc[("Q", "Se")].isna().all()


def test_records_of_one_subject_are_drawn_together(beats):
    y_true, y_pred, groups = beats
    subjects = np.where(np.isin(groups, ["201", "202"]), "201-202", groups)
    by = {"groups": groups, "confidence": 0.95, "n_bootstrap": 50, "random_state": 0}
    report = aami_report(y_true, y_pred, subjects=subjects, **by)
    assert report.n_clusters == 3
    assert len(report.per_group) == 4
    merged = aami_report(y_true, y_pred, **{**by, "groups": subjects})
    pd.testing.assert_frame_equal(report.intervals, merged.intervals)


def test_without_leaves_recordings_out(beats):
    y_true, y_pred, groups = beats
    report = aami_report(y_true, y_pred, groups=groups, macro_classes="NSV").without("201")
    kept = groups != "201"
    expected = aami_report(y_true[kept], y_pred[kept], groups=groups[kept], macro_classes="NSV")
    assert report.scores.to_dict() == pytest.approx(expected.scores.to_dict(), nan_ok=True)
    assert "without 201" in str(report)
    with pytest.raises(ValueError, match="'999'.*The groups are 100, 202"):
        report.without("999")


def test_text_shows_a_dash_for_what_is_undefined(beats):
    y_true, y_pred, groups = beats
    text = str(aami_report(y_true, y_pred, groups=groups, title="Forest, DS2"))
    q_row = next(line for line in text.splitlines() if line.startswith("Q"))
    assert q_row.split() == ["Q", "-", "-", "0.0", "-", "0"]
    assert text.startswith("Forest, DS2 (%): 2,000 beats in 4 groups, pooled")
    assert "(N S V F)" in text
    assert max(map(len, text.splitlines())) <= 80


def test_text_with_intervals_is_aligned_and_says_how_they_were_made(beats):
    y_true, y_pred, groups = beats
    report = aami_report(
        y_true, y_pred, groups=groups, confidence=0.95, n_bootstrap=50, random_state=0
    )
    lines = str(report).splitlines()
    rows = lines[2:8]
    assert len({len(row) for row in rows}) == 1
    assert "95% intervals: 50 bootstrap draws of 4 recordings or subjects" in lines
    assert "(" in rows[1] and "(" not in rows[5]


def test_other_rules_are_said(beats):
    y_true, y_pred, _ = beats
    assert "one-vs-rest" in str(aami_report(y_true, y_pred, rules="one-vs-rest"))


def test_html_holds_the_same_numbers(beats):
    y_true, y_pred, groups = beats
    report = aami_report(y_true, y_pred, groups=groups, title="<b>")
    html = report._repr_html_()
    assert html.startswith("<table>") and "&lt;b&gt;" in html
    assert f"<td>{100 * report.scores.se['V']:.1f}</td>" in html
    assert f"<p>accuracy {100 * report.scores.accuracy:.1f} %; macro-F1 (N S V F) " in html
    report = aami_report(
        y_true, y_pred, groups=groups, confidence=0.95, n_bootstrap=50, random_state=0
    )
    assert "95% intervals: 50 bootstrap draws" in report._repr_html_()
    assert "<small>(" in report._repr_html_()


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"confidence": 0.95}, "confidence requires groups="),
        ({"confidence": 95, "groups": ["a", "b", "b"]}, "between 0 and 1, .*got 95"),
        ({"confidence": 0.9, "groups": ["a", "a", "a"]}, "at least two groups"),
        ({"groups": ["a"]}, "each of the 3 beats, got 1"),
        ({"groups": [["a"], ["a"], ["b"]]}, "one-dimensional"),
        (
            {"confidence": 0.9, "n_bootstrap": 0, "groups": ["a", "b", "b"]},
            "n_bootstrap must be an integer >= 1",
        ),
    ],
)
def test_bad_options_are_named(keywords, message):
    with pytest.raises(ValueError, match=message):
        aami_report(list("NSV"), list("NSV"), **keywords)


def test_frames_that_need_groups_or_intervals_say_so():
    report = aami_report(list("NSV"), list("NSV"))
    assert report.average is None
    with pytest.raises(ValueError, match="groups="):
        report.per_group  # noqa: B018
    with pytest.raises(ValueError, match="confidence="):
        report.to_frame(intervals=True)


def test_groups_that_are_numbers_can_be_left_out():
    report = aami_report(list("NSV"), list("NSV"), groups=[1, 1, 2])
    assert report.without(2).scores.matrix.sum() == 2
    assert str(report.without(2)) == str(report.without("2"))


def test_dont_know_is_not_taken_for_an_annotation_symbol():
    with pytest.raises(ValueError, match="If '\\?' means that the classifier abstained, score"):
        aami_report(list("NV"), ["N", "?"])
