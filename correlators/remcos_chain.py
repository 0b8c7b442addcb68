"""The Remcos attack chain (MITRE ATT&CK S0332): `templates/remcos.yaml` aligned with the graph."""

from importlib.resources import files

from lineage.correlate.api import TemplateChain, load

REMCOS_CHAIN = TemplateChain(
    "remcos_chain", load(files("correlators") / "templates" / "remcos.yaml")
)
