"""Configuration of the documentation site: ``make docs`` builds it in ``_build/html``."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext")]
os.environ.pop("HEARTBEAT_DATA", None)  # the gallery is the same wherever it is built
os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # small networks, and examples run side by side

import api_pages
from sphinx_gallery.sorting import ExplicitOrder

import heartbeat

project = "heartbeat"
author = "the heartbeat developers"
copyright = "the heartbeat developers"  # noqa: A001
version = release = heartbeat.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "benchmark_table",
]
exclude_patterns = ["_build", "requirements.txt", "gallery/*.ipynb", "**/GALLERY_HEADER.rst"]
default_role = "autolink"
nitpicky = False

# Links to the documentation of other packages. Sphinx downloads an inventory of each, so they are
# made only on request (make docs ONLINE=1), and the site can be built without a network.
ONLINE = os.environ.get("HEARTBEAT_DOCS_ONLINE") == "1"
INVENTORIES = {
    "python": "https://docs.python.org/3/",
    "numpy": "https://numpy.org/doc/stable/",
    "scipy": "https://docs.scipy.org/doc/scipy/",
    "pandas": "https://pandas.pydata.org/docs/",
    "sklearn": "https://scikit-learn.org/stable/",
    "torch": "https://docs.pytorch.org/docs/stable/",
    "skorch": "https://skorch.readthedocs.io/en/stable/",
    "imblearn": "https://imbalanced-learn.org/stable/",
}
intersphinx_mapping = {name: (url, None) for name, url in INVENTORIES.items()} if ONLINE else {}

# For make linkcheck, which needs a network, too.
linkcheck_ignore = [r"https?://(localhost|127\.0\.0\.1)"]
linkcheck_timeout = 20

# Pages of examples that are gone.
for page in (HERE / "gallery").rglob("plot_*.rst"):
    source = HERE.parent / "examples" / page.relative_to(HERE / "gallery").with_suffix(".py")
    if not source.is_file():
        page.unlink()

# One page a module and one a public name, from __all__.
api_pages.write(HERE / "api")
autosummary_generate = False
autodoc_typehints = "none"  # numpydoc tells the types
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# A sort key of the gallery cannot be pickled; an attribute may have the name of a module.
suppress_warnings = ["config.cache", "ref.python"]

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "subsection_order": ExplicitOrder(
        [*(f"../examples/{part}" for part in ("recordings", "models", "evaluation")), "*"]
    ),
    "within_subsection_order": "FileNameSortKey",
    "filename_pattern": r"plot_\w+\.py$",
    "ignore_pattern": r"__init__\.py",
    "abort_on_example_error": True,
    "doc_module": ("heartbeat",),
    "backreferences_dir": "api/used_in",
    "remove_config_comments": True,
    "min_reported_time": 5,
    "plot_gallery": os.environ.get("HEARTBEAT_DOCS_GALLERY", "True") == "True",
    "image_scrapers": ("matplotlib",),
    "matplotlib_animations": False,
    "show_memory": False,
    "ignore_repr_types": r"heartbeat.*Display|matplotlib",
    "parallel": True,
    "copyfile_regex": "",
}

html_theme = "pydata_sphinx_theme"
html_title = "heartbeat"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/mark.svg"
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"index": [], "choosing": [], "glossary": [], "citing": [], "release_notes": []}
html_theme_options = {
    "logo": {
        "image_light": "_static/mark.svg",
        "image_dark": "_static/mark.svg",
        "text": "heartbeat",
    },
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_nav_level": 1,
    "navigation_depth": 3,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "tango",
    "pygments_dark_style": "monokai",
}
