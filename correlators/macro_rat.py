"""A nameless remote access tool that came by document: `templates/macro_rat.yaml`."""

from importlib.resources import files

from lineage.correlate.api import TemplateChain, load

MACRO_RAT = TemplateChain("macro_rat", load(files("correlators") / "templates" / "macro_rat.yaml"))
