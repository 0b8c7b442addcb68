"""Exports as the tools of the field write them: versions, options, languages, encodings."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from lineage.problems import Problem
from lineage.read.record import RawRecord
from lineage.read.sniff import recognise

SYSMON = "Microsoft-Windows-Sysmon"
SYSMON_LOG = "Microsoft-Windows-Sysmon/Operational"
SECURITY = "Microsoft-Windows-Security-Auditing"
START = {
    "RuleName": "-",
    "UtcTime": "2026-03-02 10:11:12.345",
    "ProcessGuid": "{8c2f5d3e-0000-0000-0000-000000000001}",
    "ProcessId": "4242",
    "Image": r"C:\Windows\System32\wscript.exe",
    "FileVersion": "1",
    "Description": "d",
    "Product": "p",
    "Company": "c",
    "OriginalFileName": "wscript.exe",
    "CommandLine": 'wscript.exe "a b.vbs"',
    "CurrentDirectory": "C:\\",
    "User": "CORP\\dana",
    "LogonGuid": "{8c2f5d3e-0000-0000-0000-000000000002}",
    "LogonId": "0x1",
    "TerminalSessionId": "1",
    "IntegrityLevel": "Medium",
    "Hashes": "SHA256=AB",
    "ParentProcessGuid": "{8c2f5d3e-0000-0000-0000-000000000003}",
    "ParentProcessId": "900",
    "ParentImage": r"C:\Office16\WINWORD.EXE",
    "ParentCommandLine": "WINWORD.EXE /n",
    "ParentUser": "CORP\\dana",
}
MESSAGE = "Process Create:\r\n" + "\r\n".join(f"{name}: {value}" for name, value in START.items())
GERMAN = (
    "Ein neuer Prozess wurde erstellt.\r\n\r\nErstellersubjekt:\r\n\tSicherheits-ID:\t\tS-1-5-18"
    "\r\n\tKontoname:\t\tWS-7$\r\n\tKontodomäne:\t\tCORP\r\n\tAnmelde-ID:\t\t0x3E7\r\n\r\n"
    "Zielsubjekt:\r\n\tSicherheits-ID:\t\tS-1-0-0\r\n\tKontoname:\t\t-\r\n\tKontodomäne:\t\t-\r\n"
    "\tAnmelde-ID:\t\t0x0\r\n\r\nProzessinformationen:\r\n\tNeue Prozess-ID:\t\t0x1092\r\n"
    "\tNeuer Prozessname:\tC:\\Windows\\System32\\wscript.exe\r\n"
    "\tTyp der Tokenerhöhung:\t%%1938\r\n\tVerbindliche Beschriftung:\t\tS-1-16-8192\r\n"
    "\tErstellerprozess-ID:\t0x384\r\n\tErstellerprozessname:\tC:\\Office16\\WINWORD.EXE\r\n"
    '\tProzessbefehlszeile:\twscript.exe "a b.vbs"\r\n\r\nDer Typ der Tokenerhöhung gibt an: x.\r\n'
)
FRENCH = GERMAN.replace(":\t", " :\t").replace("Sicherheits-ID", "ID de sécurité")
OLD = (  # Windows 7
    "A new process has been created.\n\nSubject:\n\tSecurity ID:\t\tS-1-5-18\n"
    "\tAccount Name:\t\tWS-7$\n\tAccount Domain:\t\tCORP\n\tLogon ID:\t\t0x3e7\n\n"
    "Process Information:\n\tNew Process ID:\t\t0x1092\n"
    "\tNew Process Name:\tC:\\Windows\\System32\\wscript.exe\n\tToken Elevation Type:\t%%1938\n"
    "\tCreator Process ID:\t0x384\n\nToken Elevation Type indicates x.\n"
)


def lines(*objects: Any) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in objects)


def csv(*rows: list[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = "\r\n".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )
    return (text + "\r\n").encode(encoding)


def system(**more: Any) -> dict[str, Any]:
    return {"Channel": SYSMON_LOG, "Computer": "WS-7", "EventRecordID": 7, **more}


HEADER = {"LogName": SYSMON_LOG, "RecordId": 7, "MachineName": "WS-7", "ProviderName": SYSMON}
PROMTAIL = {
    "source": SYSMON,
    "channel": SYSMON_LOG,
    "computer": "WS-7",
    "event_id": 1,
    "timeCreated": "2026-03-02T10:11:12.3456789Z",
    "eventRecordID": 7,
    "execution": {"processId": 2960, "threadId": 2984},
    "event_data": "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in START.items()),
    "message": MESSAGE,
}
DATA_XML = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in START.items())
SYSMON_EXPORTS: dict[str, bytes] = {
    "golang-evtx": lines(
        {
            "Event": {
                "EventData": START,
                "System": system(
                    Provider={"Name": SYSMON},
                    EventID="1",
                    TimeCreated={"SystemTime": "2026-03-02T10:11:12Z"},
                ),
            }
        }
    ),
    "evtx_dump with separate attributes": lines(
        {
            "Event": {
                "EventData": START,
                "System": system(
                    Provider_attributes={"Name": SYSMON},
                    EventID=1,
                    TimeCreated_attributes={"SystemTime": "2026-03-02T10:11:12Z"},
                ),
            }
        }
    ),
    "xml2js": lines(
        {
            "Event": {
                "$": {"xmlns": "x"},
                "System": [
                    {
                        "Provider": [{"$": {"Name": SYSMON}}],
                        "EventID": [{"_": "1", "$": {"Qualifiers": ""}}],
                        "Channel": [SYSMON_LOG],
                        "Computer": ["WS-7"],
                        "EventRecordID": ["7"],
                        "TimeCreated": [{"$": {"SystemTime": "2026-03-02T10:11:12Z"}}],
                    }
                ],
                "EventData": [
                    {"Data": [{"_": value, "$": {"Name": name}} for name, value in START.items()]}
                ],
            }
        }
    ),
    "dotted event": lines(
        {
            "Event.System.Provider.Name": SYSMON,
            "Event.System.EventID": 1,
            "Event.System.Channel": SYSMON_LOG,
            "Event.System.Computer": "WS-7",
            "Event.System.EventRecordID": 7,
            **{f"Event.EventData.{name}": value for name, value in START.items()},
        }
    ),
    "chainsaw hunt": lines(
        {
            "group": "Sigma",
            "document": {
                "kind": "evtx",
                "data": {
                    "Event": {
                        "System": system(
                            Provider={"#attributes": {"Name": SYSMON}},
                            EventID=1,
                            TimeCreated={"#attributes": {"SystemTime": "2026-03-02T10:11:12Z"}},
                        ),
                        "EventData": START,
                    }
                },
            },
        }
    ),
    "Get-WinEvent of PowerShell 7": lines(
        {**HEADER, "Id": 1, "TimeCreated": "2026-03-02T11:11:12.3+01:00", "Message": MESSAGE}
    ),
    "Get-WinEvent with a time as object": lines(
        {
            **HEADER,
            "Id": 1,
            "TimeCreated": {"value": "/Date(1772446272345)/", "DateTime": "x"},
            "Properties": [{"Value": value} for value in START.values()],
        }
    ),
    "a lone object, pretty": json.dumps(
        {**HEADER, "Id": 1, "TimeCreated": "/Date(1772446272345)/", "Message": MESSAGE}, indent=4
    ).encode("utf-16"),
    "Get-WinEvent as CSV, in columns of one's own": csv(
        ["TimeCreated", "Id", "MachineName", "RecordId", "Message"],
        ["02.03.2026 11:11:12", "1", "WS-7", "7", MESSAGE],
        delimiter=";",
    ),
    "Fluentd": lines(
        {
            "ProviderName": SYSMON,
            "EventID": "1",
            "Channel": SYSMON_LOG,
            "Computer": "WS-7",
            "EventRecordID": "7",
            "TimeCreated": "2026/03/02 10:11:12.345000000",
            "EventData": list(START.values()),
        }
    ),
    "Fluent Bit as XML": lines(
        {
            "System": f"<Event xmlns='x'><System><Provider Name='{SYSMON}'/><EventID>1</EventID>"
            f"<EventRecordID>7</EventRecordID><Channel>{SYSMON_LOG}</Channel>"
            f"<Computer>WS-7</Computer></System><EventData>{DATA_XML}</EventData></Event>",
            "Message": "x",
            "StringInserts": [],
        }
    ),
    "OpenTelemetry": lines(
        {
            "provider": {"name": SYSMON},
            "event_id": {"id": 1, "qualifiers": 0},
            "channel": SYSMON_LOG,
            "computer": "WS-7",
            "record_id": 7,
            "system_time": "2026-03-02T10:11:12.3Z",
            "event_data": {"data": [{name: value} for name, value in START.items()]},
        }
    ),
    "Wazuh 3": lines(
        {
            "data": {
                "EventChannel": {
                    "System": {
                        "ProviderName": SYSMON,
                        "EventID": "1",
                        "Channel": SYSMON_LOG,
                        "Computer": "WS-7",
                        "EventRecordID": "7",
                    },
                    "EventData": START,
                }
            }
        }
    ),
    "Wazuh's indexer": json.dumps(
        {
            "hits": {
                "hits": [
                    {
                        "_index": "wazuh-archives",
                        "_source": {
                            "data": {
                                "win": {
                                    "system": {
                                        "providerName": SYSMON,
                                        "eventID": "1",
                                        "channel": SYSMON_LOG,
                                        "computer": "WS-7",
                                        "eventRecordID": "7",
                                    },
                                    "eventdata": {
                                        name[:1].lower() + name[1:]: value
                                        for name, value in START.items()
                                    },
                                }
                            }
                        },
                    }
                ]
            }
        }
    ).encode(),
    "Kibana's CSV": csv(
        [
            "@timestamp",
            "winlog.event_id",
            "winlog.provider_name",
            "winlog.computer_name",
            "winlog.record_id",
            "winlog.channel",
            *(f"winlog.event_data.{name}" for name in START),
        ],
        [
            "Mar 2, 2026 @ 10:11:12.345",
            "1",
            SYSMON,
            "WS-7",
            "7",
            SYSMON_LOG,
            *START.values(),
        ],
    ),
    "Log Analytics' API": json.dumps(
        {
            "tables": [
                {
                    "name": "PrimaryResult",
                    "columns": [
                        {"name": name, "type": "string"}
                        for name in (
                            "Source",
                            "EventLog",
                            "Computer",
                            "EventID",
                            "EventRecordId",
                            "EventData",
                        )
                    ],
                    "rows": [
                        [
                            SYSMON,
                            SYSMON_LOG,
                            "WS-7",
                            1,
                            7,
                            f"<DataItem><EventData>{DATA_XML}</EventData></DataItem>",
                        ]
                    ],
                }
            ]
        }
    ).encode(),
    "Log Analytics with ParameterXml alone": csv(
        [
            "TimeGenerated [Berlin]",
            "Source",
            "EventLog",
            "Computer",
            "EventID",
            "RecordNumber",
            "ParameterXml",
        ],
        [
            "3/2/2026, 11:11:12.345 AM",
            SYSMON,
            SYSMON_LOG,
            "WS-7",
            "1",
            "7",
            "".join(f"<Param>{value}</Param>" for value in START.values()),
        ],
    ),
    "Splunk json_cols": json.dumps(
        {
            "fields": [{"name": "_time"}, {"name": "Computer"}, {"name": "EventCode"}]
            + [{"name": "RecordID"}, {"name": "source"}]
            + [{"name": name} for name in START],
            "columns": [["2026-03-02T10:11:12.345+00:00"], ["WS-7"], ["1"], ["7"]]
            + [[f"XmlWinEventLog:{SYSMON_LOG}"]]
            + [[value] for value in START.values()],
        }
    ).encode(),
    "a Splunk table without a source": lines(
        {
            "result": {
                "_time": "1772446272.345",
                "host": "WS-7",
                "EventCode": "1",
                "RecordNumber": "7",
                **START,
            }
        }
    ),
    "a Splunk HTTP event": lines(
        {
            "time": 1772446272,
            "host": "WS-7",
            "sourcetype": "XmlWinEventLog",
            "event": f"<Event xmlns='x'><System><Provider Name='{SYSMON}'/><EventID>1</EventID>"
            f"<EventRecordID>7</EventRecordID><Channel>{SYSMON_LOG}</Channel>"
            f"<Computer>WS-7</Computer></System><EventData>{DATA_XML}</EventData></Event>",
        }
    ),
    "Logstash with the event as JSON in a message": lines(
        {
            "@timestamp": "2026-03-02T10:11:13Z",
            "message": json.dumps(
                {
                    "EventID": 1,
                    "SourceName": SYSMON,
                    "Channel": SYSMON_LOG,
                    "Hostname": "WS-7",
                    "RecordNumber": 7,
                    **START,
                }
            ),
        }
    ),
    "wevtutil text": (
        "Event[0]:\r\n  Log Name: "
        + SYSMON_LOG
        + f"\r\n  Source: {SYSMON}\r\n  Date: 2026-03-02T10:11:12.345\r\n  Event ID: 1\r\n"
        "  Task: x\r\n  Level: Information\r\n  Opcode: Info\r\n  Keyword: \r\n  User: S-1-5-18\r\n"
        "  User Name: NT AUTHORITY\\SYSTEM\r\n  Computer: WS-7\r\n  Description: \r\n"
        + MESSAGE
        + "\r\n\r\n"
    ).encode(),
    "Format-List": (
        "\r\n\r\n"
        + "".join(f"{name:<15}: {value}\r\n" for name, value in {**HEADER, "Id": 1}.items())
        + "Message        : "
        + MESSAGE.replace("\r\n", "\r\n                 ")
        + "\r\n\r\n"
    ).encode("utf-16"),
    "Event Viewer's CSV": (
        "Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\r\n"
        f'Informationen,02.03.2026 11:11:12,{SYSMON},1,Process Create (rule: ProcessCreate),"'
        + MESSAGE.replace('"', '""')
        + '"\r\n'
    ).encode("utf-8-sig"),
    "GELF": lines(
        {
            "version": "1.1",
            "host": "WS-7",
            "short_message": "Process Create:",
            "timestamp": 1772446272.345,
            "_EventID": 1,
            "_SourceName": SYSMON,
            "_Channel": SYSMON_LOG,
            "_RecordNumber": 7,
            **{f"_{name}": value for name, value in START.items()},
        }
    ),
    "Graylog's search answer": json.dumps(
        {
            "messages": [
                {
                    "message": {
                        "gl2_source_input": "x",
                        "timestamp": "2026-03-02T10:11:12.345Z",
                        "source": "WS-7",
                        "winlogbeat_winlog_event_id": 1,
                        "winlogbeat_winlog_provider_name": SYSMON,
                        "winlogbeat_winlog_channel": SYSMON_LOG,
                        "winlogbeat_winlog_computer_name": "WS-7",
                        "winlogbeat_winlog_record_id": 7,
                        **{
                            f"winlogbeat_winlog_event_data_{name}": value
                            for name, value in START.items()
                        },
                    },
                    "index": "graylog_0",
                }
            ]
        }
    ).encode(),
    "Vector": lines(
        {
            "event_id": 1,
            "provider_name": SYSMON,
            "channel": SYSMON_LOG,
            "computer": "WS-7",
            "record_id": 7,
            "timestamp": "2026-03-02T10:11:12.345Z",
            "event_data": START,
        }
    ),
    "Azure's batch of an event hub": lines(
        {
            "records": [
                {
                    "time": "2026-03-02T10:11:12.345Z",
                    "category": "Event",
                    "properties": {
                        "EventID": 1,
                        "Provider": SYSMON,
                        "Channel": SYSMON_LOG,
                        "Computer": "WS-7",
                        "EventRecordID": 7,
                        **START,
                    },
                }
            ]
        }
    ),
    "FullEventLogView": csv(
        ["Event Time", "Record ID", "Event ID", "Channel", "Provider", "Description", "Computer"],
        ["02.03.2026 11:11:12.345", "7", "1", SYSMON_LOG, SYSMON, MESSAGE, "WS-7"],
    ),
    "Kibana's CSV with German dates": csv(
        [
            *("@timestamp", "winlog.event_id", "winlog.provider_name", "winlog.computer_name"),
            *("winlog.record_id", *(f"winlog.event_data.{name}" for name in START)),
        ],
        ["02.03.2026 @ 11:11:12.345", "1", SYSMON, "WS-7", "7", *START.values()],
    ),
    "ConvertTo-Xml": (
        '<?xml version="1.0" encoding="utf-8"?><Objects><Object Type="System.Diagnostics.Eventing'
        '.Reader.EventLogRecord">'
        + "".join(
            f'<Property Name="{name}" Type="System.String">{value}</Property>'
            for name, value in {**HEADER, "Id": 1, "Message": MESSAGE}.items()
        )
        + "</Object></Objects>"
    ).encode(),
    "tab-separated": csv(
        ["Event ID", "Provider", "Channel", "Computer", "RecordNumber", *START],
        ["1", SYSMON, SYSMON_LOG, "WS-7", "7", *START.values()],
        delimiter="\t",
        encoding="utf-16",
    ),
    "osquery": lines(
        {
            "name": "windows_events",
            "hostIdentifier": "WS-7",
            "action": "added",
            "columns": {
                "datetime": "2026-03-02T10:11:12.3456789Z",
                "source": SYSMON_LOG,
                "provider_name": SYSMON,
                "computer_name": "WS-7",
                "eventid": "1",
                "data": json.dumps({"EventData": START}),
            },
        }
    ),
    "Promtail": lines(PROMTAIL),
    "Loki": lines({"labels": {"a": "b"}, "line": json.dumps(PROMTAIL), "timestamp": "2026"}),
    "Datadog": lines(
        {
            "message": "Process Create",
            "attributes": {
                "service": "windows",
                "Event": {
                    "System": {
                        "Provider": {"Name": SYSMON},
                        "EventID": "1",
                        "EventRecordID": "7",
                        "Computer": "WS-7",
                    },
                    "EventData": {"Data": START},
                },
            },
        }
    ),
    "a table that names its separator": b"sep=;\r\n"
    + csv(
        ["TimeCreated", "Id", "RecordId", "ProviderName", "MachineName", "Message"],
        ["2.3.2026 10:11:12", "1", "7", SYSMON, "WS-7", MESSAGE],
        delimiter=";",
    ),
}


def decoded(data: bytes) -> list[RawRecord | Problem]:
    reader = recognise(data)
    assert reader is not None
    return list(reader.read(io.BytesIO(data)))


@pytest.mark.parametrize("name", SYSMON_EXPORTS)
def test_a_sysmon_event_is_understood(name: str) -> None:
    (record,) = decoded(SYSMON_EXPORTS[name])
    assert isinstance(record, RawRecord), record
    assert record.event_id == 1
    assert SYSMON in (record.provider, record.channel.partition("/")[0])
    assert {field: record.data.get(field) for field in START} == START
    if name not in {"Event Viewer's CSV", "wevtutil text", "osquery"}:
        assert record.record_id == 7
    if name != "Event Viewer's CSV":
        assert record.computer == "WS-7"


def classic(message: str, provider: str = "Microsoft Windows security auditing.") -> str:
    return (
        "03/02/2026 11:11:12.345 AM\nLogName=Security\nEventCode=4688\nEventType=0\n"
        f"ComputerName=WS-7\nSourceName={provider}\nType=Information\nRecordNumber=7\n"
        f"Message={message}"
    )


SECURITY_EXPORTS = {
    "InsightIDR": lines(
        {
            "timestamp": "2026-03-02T10:11:13Z",
            "eventCode": 4688,
            "sourceName": SECURITY,
            "computerName": "WS-7",
            "timeWritten": "2026-03-02T10:11:12.345Z",
            "insertionStrings": [
                *("S-1-5-18", "WS-7$", "EXAMPLE", "0x3e7", "0x1092"),
                *(r"C:\Windows\System32\wscript.exe", "%%1938", "0x384", "wscript.exe a.vbs"),
            ],
        }
    ),
    "Splunk, German": lines(
        {
            "result": {
                "_raw": classic(GERMAN, "Microsoft Windows-Sicherheitsüberwachung."),
                "_time": "2026-03-02 11:11:12.345 MEZ",
            }
        }
    ),
    "Splunk's raw events, French": classic(FRENCH).encode(),
    "Splunk's raw events, German in its code page": classic(GERMAN).encode("cp1252"),
    "Splunk's raw events, Windows 7": classic(OLD).encode(),
    "Event Viewer's CSV, German": csv(
        ["Schlüsselwörter", "Datum und Uhrzeit", "Quelle", "Ereignis-ID", "Aufgabenkategorie"],
        ["Überwachung erfolgreich", "02.03.2026 11:11:12", SECURITY, "4688", "x", GERMAN],
    ),
    "Get-EventLog": lines(
        {
            "MachineName": "WS-7",
            "Index": 7,
            "EventID": 4688,
            "Source": SECURITY,
            "TimeGenerated": "/Date(1772446272345)/",
            "ReplacementStrings": [
                "S-1-5-18",
                "WS-7$",
                "CORP",
                "0x3e7",
                "0x1092",
                r"C:\Windows\System32\wscript.exe",
                "%%1938",
                "0x384",
            ],
        }
    ),
    "WMI": lines(
        {
            "ComputerName": "WS-7",
            "RecordNumber": 7,
            "EventCode": 4688,
            "Logfile": "Security",
            "SourceName": SECURITY,
            "TimeGenerated": "20260302101112.345000-000",
            "InsertionStrings": [
                "S-1-5-18",
                "WS-7$",
                "CORP",
                "0x3e7",
                "0x1092",
                r"C:\Windows\System32\wscript.exe",
                "%%1938",
                "0x384",
                "wscript.exe",
            ],
        }
    ),
    "SecurityEvent of Sentinel": csv(
        [
            "TimeGenerated [UTC]",
            "Computer",
            "EventSourceName",
            "Channel",
            "EventID",
            "NewProcessId",
            "NewProcessName",
            "ProcessId",
            "SubjectUserName",
        ],
        [
            "3/2/2026, 10:11:12.345 AM",
            "WS-7",
            SECURITY,
            "Security",
            "4688",
            "0x1092",
            r"C:\Windows\System32\wscript.exe",
            "0x384",
            "WS-7$",
        ],
    ),
    "a Splunk table": csv(
        [
            "_time",
            "host",
            "EventCode",
            "New_Process_ID",
            "New_Process_Name",
            "Creator_Process_ID",
            "Account_Name",
        ],
        [
            "2026-03-02T11:11:12.345+01:00",
            "WS-7",
            "4688",
            "0x1092",
            r"C:\Windows\System32\wscript.exe",
            "0x384",
            "WS-7$\n-",
        ],
    ),
}


@pytest.mark.parametrize("name", SECURITY_EXPORTS)
def test_a_security_event_is_understood(name: str) -> None:
    (record,) = decoded(SECURITY_EXPORTS[name])
    assert isinstance(record, RawRecord), record
    assert record.event_id == 4688
    data = record.data
    assert (data["NewProcessId"], data["ProcessId"]) == ("0x1092", "0x384")
    assert data["NewProcessName"] == r"C:\Windows\System32\wscript.exe"
    assert data["SubjectUserName"] == "WS-7$"


@pytest.mark.parametrize(
    "first", ["Creating Scriptblock text", "Der Scriptblocktext wird erstellt"]
)
@pytest.mark.parametrize("text", ["Add-MpPreference x", "a\r\n\r\nb: c\r\n", "x (1 of 9):\r\n"])
def test_a_script_block_comes_out_of_its_message(first: str, text: str) -> None:
    message = (
        f"{first} (2 of 3):\r\n{text}\r\n\r\n"
        "ScriptBlock ID: 7c0b9a52-51a3-4c11-9d0a-5d0c5b1f0e01\r\nPath: C:\\a.ps1"
    )
    row = {"Id": 4104, "ProviderName": "Microsoft-Windows-PowerShell", "Message": message}
    (record,) = decoded(lines(row))
    assert isinstance(record, RawRecord)
    assert record.data == {
        "MessageNumber": "2",
        "MessageTotal": "3",
        "ScriptBlockText": text,
        "ScriptBlockId": "7c0b9a52-51a3-4c11-9d0a-5d0c5b1f0e01",
        "Path": "C:\\a.ps1",
    }


def test_a_bar_in_a_command_line_is_no_separator() -> None:
    values = [*START.values()]
    values[list(START).index("CommandLine")] = "cmd /c a | b | c"
    row = csv(
        ["EventLog", "RecordNumber", "EventID", "SourceName", "ComputerName", "Strings"],
        [SYSMON_LOG, "7", "1", SYSMON, "WS-7", "|".join(values)],
    )
    (record,) = decoded(row)
    assert isinstance(record, RawRecord)
    assert record.data["CommandLine"] == "cmd /c a | b | c"
    assert record.data["ParentImage"] == START["ParentImage"]


def test_objects_of_several_dialects_may_be_in_one_file() -> None:
    data = b"".join(
        SYSMON_EXPORTS[name] for name in ("golang-evtx", "OpenTelemetry", "Fluentd", "golang-evtx")
    )
    assert [item.event_id for item in decoded(data) if isinstance(item, RawRecord)] == [1] * 4


def test_control_lines_are_no_records() -> None:
    data = lines({"index": {"_index": "x"}}) + SYSMON_EXPORTS["Fluentd"]
    data += lines({"preview": False, "lastrow": True})
    assert [type(item) for item in decoded(data)] == [RawRecord]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["1", "x"], "2 values in a row of 4 columns; a quote may be lost"),
        (["", SYSMON, SYSMON_LOG, "WS-7"], "no event id; it has Channel, Computer, Provider"),
        (["1", "", "", "WS-7"], "nobody who wrote it (provider or channel); it has Computer, "),
    ],
)
def test_a_row_that_cannot_be_told_is_rejected(row: list[str], reason: str) -> None:
    good = ["1", SYSMON, SYSMON_LOG, "WS-7"]
    items = decoded(csv(["EventID", "Provider", "Channel", "Computer"], good, row, good))
    assert [type(item) for item in items] == [RawRecord, Problem, RawRecord]
    assert isinstance(items[1], Problem)
    assert items[1].reason.startswith(reason)


def test_a_column_that_names_utc_says_the_zone_of_its_times() -> None:
    data = SECURITY_EXPORTS["SecurityEvent of Sentinel"]
    (event,) = decoded(data)
    assert isinstance(event, RawRecord)
    assert event.time == "3/2/2026, 10:11:12.345 AM UTC"
    (event,) = decoded(data.replace(b"3/2/2026, 10:11:12.345 AM", b"2026-03-02T10:11:12Z"))
    assert isinstance(event, RawRecord)
    assert event.time == "2026-03-02T10:11:12Z"


def test_splunks_classic_text_is_month_first_wherever_it_comes_from() -> None:
    (event,) = decoded(classic(OLD).encode())
    assert isinstance(event, RawRecord)
    assert event.time == "2026/03/02 11:11:12.345 AM"


def test_a_lost_quote_costs_its_row_and_no_more() -> None:
    good = csv(["1", SYSMON, SYSMON_LOG, "WS-7"])
    header = csv(["EventID", "Provider", "Channel", "Computer"])
    broken = good.replace(b'"WS-7"', b'"WS-7')
    items = decoded(header + good + broken + good * 5)
    assert len([item for item in items if isinstance(item, RawRecord)]) >= 5
    assert len([item for item in items if isinstance(item, Problem)]) == 1


@pytest.mark.parametrize("line", [b"Message   : \n", b"ProviderName : x\n", b"\n", b" x\n"])
def test_a_text_of_labels_alone_comes_to_its_end(line: bytes) -> None:
    items = decoded(b"Id   : 1\n" + line * 50_000 + b"ProviderName : y\n")
    assert len(items) == 1


def test_a_table_whose_values_are_texts_of_events_is_a_table() -> None:
    data = csv(["_time", "_raw"], ["2026-03-02T11:11:12+01:00", classic(OLD)])
    (record,) = decoded(data)
    assert isinstance(record, RawRecord)
    assert (record.event_id, record.data["NewProcessId"]) == (4688, "0x1092")
    assert record.time == "2026-03-02T11:11:12+01:00"


def test_dotted_names_beside_a_message_are_understood() -> None:
    source = {
        "message": "Process Create",
        "winlog.event_id": "1",
        "winlog.provider_name": SYSMON,
        "winlog.computer_name": "WS-7",
        **{f"winlog.event_data.{name}": value for name, value in START.items()},
    }
    (record,) = decoded(lines({"_index": "x", "_source": source}))
    assert isinstance(record, RawRecord)
    assert record.data == START


@pytest.mark.parametrize(
    "header", ["<14>1 2026-03-02T10:11:12Z ws7 app - - - ", "Mar  2 10:11:12 ws7 "]
)
def test_events_behind_a_syslog_header_are_xml(header: str) -> None:
    event = (
        f"{header}<Event xmlns='x'><System><Provider Name='{SYSMON}'/><EventID>1</EventID>"
        f"</System><EventData>{DATA_XML}</EventData></Event>\n"
    )
    records = decoded(event.encode() * 2)
    assert [type(record) for record in records] == [RawRecord, RawRecord]


def test_an_aggregating_rule_of_chainsaw_brings_all_its_events() -> None:
    system = {"Provider": {"Name": SYSMON}, "EventID": 1, "Computer": "WS-7"}
    document = {"kind": "evtx", "data": {"Event": {"System": system, "EventData": START}}}
    hit = {"group": "Sigma", "kind": "aggregate", "documents": [document, document]}
    records = decoded(json.dumps([hit, hit]).encode())
    assert [type(record) for record in records] == [RawRecord] * 4


def test_a_column_of_xml_is_enough() -> None:
    event = (
        f"<Event xmlns='x'><System><Provider Name='{SYSMON}'/><EventID>1</EventID>"
        f"</System><EventData>{DATA_XML}</EventData></Event>"
    )
    (record,) = decoded(csv(["Id", "Xml"], ["1", event]))
    assert isinstance(record, RawRecord)
    assert record.data == START


def test_a_time_beside_the_event_is_its_own_where_it_has_none() -> None:
    columns = {"windows.EventID": "1", "windows.ProviderName": SYSMON, "windows.Computer": "WS-7"}
    rows = {"@timestamp": "1772446272345", **columns}
    (record,) = decoded(csv([*rows], [*rows.values()]))
    assert isinstance(record, RawRecord)
    assert record.time == "1772446272345"


def test_a_list_of_members_keeps_the_lines_of_a_message() -> None:
    text = GERMAN.replace("\r\n", "\r\n" + " " * 17)
    block = f"ProviderName   : {SECURITY}\r\nId             : 4688\r\nMessage        : {text}\r\n"
    (record,) = decoded(("\r\n" + block).encode("utf-16"))
    assert isinstance(record, RawRecord)
    assert record.data["NewProcessId"] == "0x1092"
    script = "Creating Scriptblock text (1 of 1):\nGet-Item x\n\nScriptBlock ID: "
    script += "11111111-51a3-4c11-9d0a-5d0c5b1f0e01\nPath: "
    indented = script.replace("\n", "\r\n" + " " * 17)
    block = "ProviderName   : Microsoft-Windows-PowerShell\r\nId             : 4104\r\n"
    block += f"Message        : {indented}"
    (record,) = decoded(("\r\n" + block + "\r\n\r\n").encode())
    assert isinstance(record, RawRecord)
    assert record.data["ScriptBlockText"] == "Get-Item x"
