"""The docs site: Sphinx with MyST Markdown. ``make docs`` builds it to build/docs; no network is needed."""

import shutil
import sys
from pathlib import Path

from labelfns import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

# Pages lie below this folder: the notebooks are copied here, and git ignores the copies.
shutil.rmtree(HERE / "notebooks", ignore_errors=True)
(HERE / "notebooks").mkdir()
for notebook in (HERE.parent / "notebooks").glob("*.ipynb"):
    shutil.copy2(notebook, HERE / "notebooks")

project = "labelfns"
author = "The labelfns maintainers"
copyright = "the labelfns maintainers, Apache-2.0"
version = release = __version__

extensions = [
    "myst_nb",  # Markdown, and notebooks with the outputs that are committed
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "reference",  # our own: public names by topic, the command line, links to names under either of their places
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb", ".rst": "restructuredtext"}
exclude_patterns = ["**/.ipynb_checkpoints", "screenshots.py"]
nitpicky = True

nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 100

# Types that are not ours, or are private: shown as code, without a link.
nitpick_ignore_regex = [
    (r"py:.*", r"(numpy|np|npt|polars|pl|pandas|pd|torch|transformers|rich|pyarrow|matplotlib|sklearn|snorkel)\..*"),
    (r"py:.*", r"(pyspark|distributed|pa|datasets|sparse)\..*"),
    (r"py:.*", r"(collections|os|pathlib|types|typing|dataclasses|datetime|abc)\..*"),
    (r"py:.*", r"python:.*|.*\[.*|Path|Axes|Probs|Floats"),
]

html_theme = "pydata_sphinx_theme"
html_title = "labelfns"
html_static_path = ["_static"]
html_css_files = ["labelfns.css"]
html_favicon = "_static/labelfns.svg"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"image_light": "_static/labelfns.svg", "image_dark": "_static/labelfns.svg", "text": "labelfns"},
    "github_url": "https://github.com/labelfns/labelfns",
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "default",
    "pygments_dark_style": "github-dark",
}
html_sidebars = {page: [] for page in ("index", "tutorial", "concepts", "comparison", "from_snorkel")}
