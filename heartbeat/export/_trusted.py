"""Types that may be loaded from a file, in addition to those that skops trusts by default."""

__all__ = ["TRUSTED_TYPES"]

_OURS = (
    "_layout.BeatLayout",
    "boosting._classifier.BoostedTreesClassifier",
    "boosting._trees.Trees",
    "calibration._abstaining.AbstainingClassifier",
    "calibration._class_odds.ClassOddsClassifier",
    "features._morphology.MorphologyFeatures",
    "features._random_convolutions.RandomConvolutionFeatures",
    "features._wavelet.WaveletFeatures",
    "neural._classifier.CNNClassifier",
    "neural._encoding.LayerOutput",
    "preprocessing._aligner.BeatAligner",
    "preprocessing._bandpass.BandpassFilter",
    "preprocessing._baseline.BaselineRemover",
    "preprocessing._cropper.BeatCropper",
    "preprocessing._notch.NotchFilter",
    "preprocessing._operator.LinearMap",
    "preprocessing._resampler.BeatResampler",
    "preprocessing._scaler.BeatScaler",
    "preprocessing._subject.SubjectNormalizer",
    "preprocessing._wavelet.WaveletDenoiser",
    "resampling._beat_augmenter.BeatAugmenter",
    "resampling._beat_mixup.BeatMixup",
    "resampling._beat_smote.BeatSMOTE",
    "resampling._subject_balancer.SubjectBalancer",
    "resampling._subject_sampler.SubjectSampler",
    "resampling._subject_under_sampler.SubjectUnderSampler",
    "transductive._evidence.Spread",
    "transductive._second_stage.SecondStage",
    "transductive._whole_recording.WholeRecordingClassifier",
    "transfer._encoder.BeatEncoder",
    "transfer._encoding.Encoding",
    "transfer._source.Source",
    "transfer._window.Window",
    "weights._card.ModelCard",
)

_IMBALANCED_LEARN = (
    "combine._smote_enn.SMOTEENN",
    "combine._smote_tomek.SMOTETomek",
    "ensemble._bagging.BalancedBaggingClassifier",
    "ensemble._easy_ensemble.EasyEnsembleClassifier",
    "ensemble._forest.BalancedRandomForestClassifier",
    "ensemble._weight_boosting.RUSBoostClassifier",
    "over_sampling._adasyn.ADASYN",
    "over_sampling._random_over_sampler.RandomOverSampler",
    "over_sampling._smote.base.SMOTE",
    "over_sampling._smote.base.SMOTEN",
    "over_sampling._smote.base.SMOTENC",
    "over_sampling._smote.cluster.KMeansSMOTE",
    "over_sampling._smote.filter.BorderlineSMOTE",
    "over_sampling._smote.filter.SVMSMOTE",
    "pipeline.Pipeline",
    "under_sampling._prototype_generation._cluster_centroids.ClusterCentroids",
    "under_sampling._prototype_selection._condensed_nearest_neighbour.CondensedNearestNeighbour",
    "under_sampling._prototype_selection._edited_nearest_neighbours.AllKNN",
    "under_sampling._prototype_selection._edited_nearest_neighbours.EditedNearestNeighbours",
    "under_sampling._prototype_selection._edited_nearest_neighbours.RepeatedEditedNearestNeighbours",
    "under_sampling._prototype_selection._instance_hardness_threshold.InstanceHardnessThreshold",
    "under_sampling._prototype_selection._nearmiss.NearMiss",
    "under_sampling._prototype_selection._neighbourhood_cleaning_rule.NeighbourhoodCleaningRule",
    "under_sampling._prototype_selection._one_sided_selection.OneSidedSelection",
    "under_sampling._prototype_selection._random_under_sampler.RandomUnderSampler",
    "under_sampling._prototype_selection._tomek_links.TomekLinks",
)

# Parts of estimators; skops trusts the estimators themselves.
_SCIKIT_LEARN = (
    "calibration._CalibratedClassifier",
    "calibration._SigmoidCalibration",
    "calibration._TemperatureScaling",
    "ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "feature_selection._mutual_info.mutual_info_classif",
    "feature_selection._univariate_selection.chi2",
    "feature_selection._univariate_selection.f_classif",
    "metrics._scorer._PassthroughScorer",
    "model_selection._split.GroupKFold",
    "model_selection._split.KFold",
    "model_selection._split.StratifiedGroupKFold",
    "model_selection._split.StratifiedKFold",
    "neural_network._stochastic_optimizers.AdamOptimizer",
    "neural_network._stochastic_optimizers.SGDOptimizer",
    "tree._tree.Tree",
    "utils._bunch.Bunch",
)

TRUSTED_TYPES: tuple[str, ...] = (
    *(f"heartbeat.{name}" for name in _OURS),
    *(f"imblearn.{name}" for name in _IMBALANCED_LEARN),
    *(f"sklearn.{name}" for name in _SCIKIT_LEARN),
)
"""Full names of the types of which `load_pipeline` creates objects: only types of this package,
imbalanced-learn and scikit-learn. None of them runs code that is stored in a file.

skops itself trusts scikit-learn's public estimators, arrays and data types of NumPy, universal
functions of NumPy and SciPy, and Python's numbers, strings and containers.
"""
