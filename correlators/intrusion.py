"""Any intrusion, by the hits of any rules: `templates/intrusion.yaml`."""

from importlib.resources import files

from lineage.correlate.api import load, template_chain

INTRUSION = template_chain("intrusion", load(files("correlators") / "templates" / "intrusion.yaml"))
