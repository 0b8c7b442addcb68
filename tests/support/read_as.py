"""Export that the simulator writes -> the format that it is recognised as."""

from __future__ import annotations

READ_AS = {
    "evtx_dump": "event-json",
    "xmltodict": "event-json",
    "chainsaw": "event-json",
    "velociraptor": "event-json",
    "evtxecmd": "evtxecmd",
    "evtxecmd.csv": "csv",
    "fluent-bit": "flat-json",
    "wazuh": "wazuh",
    "plaso": "plaso",
    "get-winevent": "powershell-object",
    "get-winevent.csv": "csv",
    "clixml": "xml-objects",
    "log-parser": "xml-objects",
    "splunk-classic": "splunk-json",
    "splunk-raw": "event-text",
    "splunk-rows": "json-table",
    "sentinel.csv": "csv",
    "kibana": "winlogbeat",
    "syslog": "flat-json",
    "json-seq": "flat-json",
}
