"""
Searching over architectures
============================

`CNNClassifier` is an ordinary estimator and its architecture an ordinary parameter, so a grid
search chooses the network as it would choose the depth of a tree. Here two architectures in two
widths are compared on synthetic beats, scored on subjects that were not used for training. Then
accuracy is compared with training time.
"""

# %%
# The beats of twelve synthetic subjects, with the RR intervals around each beat as context columns.
# Beats of one subject must never be on both sides of a split, which ``groups`` ensures.

from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold

from heartbeat.datasets import make_beats
from heartbeat.neural import CNNClassifier, describe_architecture, plot_history

beats = make_beats(
    1500,
    n_subjects=12,
    weights={"N": 0.6, "S": 0.2, "V": 0.2},
    context="rr",
    random_state=0,
)
print(beats.data.shape, sorted(set(beats.target)))

# %%
# Each architecture has a description with its source and its size.

print(describe_architecture("lite"))

# %%
# The search. ``n_jobs=2`` would train two candidates at a time, each on one thread.

model = CNNClassifier(
    n_context=beats.n_context, max_epochs=4, batch_size=64, early_stopping=False, random_state=0
)
grid = {"architecture": ["lite", "kachuee"], "width": [8, 16]}
search = GridSearchCV(model, grid, cv=StratifiedGroupKFold(3), scoring="f1_macro")
search.fit(beats.data, beats.target, groups=beats.subject)
print(search.best_params_, f"macro-F1 {search.best_score_:.3f}")

# %%
# Accuracy against seconds: a wider network is not always better. On the right, the training history
# of the best network, fitted again on all subjects.

import matplotlib.pyplot as plt

results = search.cv_results_
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for seconds, score, spread, parameters in zip(
    results["mean_fit_time"],
    results["mean_test_score"],
    results["std_test_score"],
    results["params"],
    strict=True,
):
    left.errorbar(
        seconds,
        score,
        spread,
        fmt={"lite": "o", "kachuee": "s"}[parameters["architecture"]],
        color={8: "#0072B2", 16: "#D55E00"}[parameters["width"]],
        capsize=3,
        label=f"{parameters['architecture']}, width {parameters['width']}",
    )
left.set(
    xlabel="seconds of training",
    ylabel="macro-F1, other subjects",
    title="bars: standard deviation over 3 folds",
)
left.legend()
plot_history(search.best_estimator_, ax=right)
plt.show()
