"""Reports to render in tests: a whole one, an empty, a hostile and a large one.

The data is invented. Every report keeps the contract: records add up, score parts add up, and a
chain's evidence is among the report's detections.
"""

from __future__ import annotations

from collections import Counter
from typing import get_args

from sample_chain import DETECTIONS, ChainBuilder
from sample_intrusion import MONDAY, probable_chain, remcos_chain, suspicious_chain

from lineage.graph.schema import EDGE_KINDS, NODE_KINDS
from lineage.report.model import (
    Chain,
    Coverage,
    Generator,
    GraphCounts,
    Input,
    InputProblem,
    ObjectKind,
    Report,
    RuleProblem,
)


def coverage(present: tuple[str, ...]) -> list[Coverage]:
    """One entry per detection, for an input with these event sources."""
    found = []
    for title, known in DETECTIONS.items():
        there = [source for source in known.sources if source in present]
        missing = [] if there else list(known.sources)
        found.append(
            Coverage(detection=title, evaluable=bool(there), sources_present=there, missing=missing)
        )
    return found


def inputs() -> list[Input]:
    """What was read: clean, partly rejected, empty and unreadable files, and folders of many."""
    read = [
        Input(
            source="triage/WS-FIN-07.zip!Sysmon.evtx",
            format="evtx",
            records=48_211,
            events=46_020,
            ignored=2_188,
            duplicates=0,
            rejected=3,
            problems=[
                InputProblem(record=4711, reason="time '2024-13-01' is not a date"),
                InputProblem(record=4712, reason="ProcessId 'twelve' is not a number"),
                InputProblem(record=None, reason="chunk 12 is corrupt: header checksum differs"),
            ],
        ),
        Input(
            source="triage/WS-FIN-07.zip!Security.evtx",
            format="evtx",
            records=120_400,
            events=9_811,
            ignored=110_589,
            duplicates=0,
            rejected=0,
            problems=[],
        ),
        Input(
            source="export/ws-hr-02.ndjson.gz",
            format="winlogbeat",
            records=2_000,
            events=1_200,
            ignored=300,
            duplicates=350,
            rejected=150,
            problems=[
                InputProblem(record=line, reason="line is cut in half; not JSON")
                for line in range(1, 101)
            ],
        ),
        Input(
            source="export/notes.bin",
            format="unrecognised",
            records=0,
            events=0,
            ignored=0,
            duplicates=0,
            rejected=0,
            problems=[
                InputProblem(
                    record=None, reason="no known format; name it with --format if you know it"
                )
            ],
        ),
    ]
    hosts = [
        Input(
            source=f"export/srv-app-{number:02d}.xml",
            format="event-xml",
            records=100 + number,
            events=90,
            ignored=10 + number,
            duplicates=0,
            rejected=0,
            problems=[],
        )
        for number in range(1, 41)
    ]
    return read + hosts


def report_of(chains: list[Chain], **changes: object) -> Report:
    """A report with these chains; other fields by keyword."""
    nodes: Counter[str] = Counter(dict.fromkeys(NODE_KINDS, 0))
    edges: Counter[str] = Counter(dict.fromkeys(EDGE_KINDS, 0))
    for chain in chains:
        nodes.update(artifact.kind for artifact in chain.artifacts)
        nodes.update({"process": len(chain.processes), "host": 1})
        edges.update(edge.kind for edge in chain.edges)
    made: dict[str, object] = {
        "generator": Generator(name="lineage", version="0.1.0"),
        "inputs": inputs(),
        "graph": GraphCounts(nodes=dict(nodes), edges=dict(edges)),
        "coverage": coverage(("sysmon-1", "sysmon-11", "sysmon-13", "security-4688")),
        "detections": [hit for chain in chains for hit in chain.evidence],
        "chains": chains,
    }
    return Report.model_validate(made | changes)


def full_report() -> Report:
    """Every part of a report: three verdicts, rejected records, gaps in coverage, a broken rule."""
    lone = suspicious_chain(9).evidence[0].model_copy(update={"host": "LT-0042"})
    chains = [remcos_chain(), probable_chain(), suspicious_chain()]
    return report_of(
        chains,
        detections=[hit for chain in chains for hit in chain.evidence] + [lone],
        rule_problems=[
            RuleProblem(
                rule="my-rules/a.yml",
                reason="condition names 'selectoin', the rule has 'selection'; rule not used",
            )
        ],
    )


def empty_report() -> Report:
    """Telemetry was read, and nothing was found."""
    return report_of([])


HOSTILE: tuple[str, ...] = (
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(document.domain)</script>",
    "\x1b[2J\x1b[1;31mowned\x1b[0m \x1b]0;title\x07 \x9b31m",
    "safe\u202eexe.cod\u202c \u2066hidden\u2069 zero\u200bwidth\ufeff\u2028line\u0085next",
    "nul\x00 bell\x07 back\b\b\b del\x7f tab\t cr\r\nforged: line 2",
    "=cmd|'/c calc'!A0",
    '@SUM(1+1)*cmd|"/c calc"!A0',
    "[red]markup[/red] [link=https://evil.example]x[/link] [bold",
    "```\n</pre> | a | b |\n- [x](javascript:alert(1))",
    "quote \" apostrophe ' backslash \\ brace { } $HOME `id` %PATH% ${x}",
    "' OR 1=1; MATCH (n) DETACH DELETE n //",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u0130stanbul \u6f22\u5b57 e\u0301",
    "A" * 30_000,
)
"""Texts that an attacker would put into a command line, a path or a name."""


def hostile_report() -> Report:
    """Every text of the report is one that an attacker chose."""
    c = ChainBuilder(HOSTILE[0], MONDAY, HOSTILE[2])
    kinds = get_args(ObjectKind)
    doing = {
        "file": "wrote", "registry": "set", "dns": "queried", "module": "loaded", "script": "ran",
        "endpoint": "connected", "pipe": "created", "driver": "wrote", "service": "created",
        "task": "created", "wmi": "created", "session": "runs_in",
    }  # fmt: skip
    parent = "process:" + HOSTILE[1]
    for number, text in enumerate(HOSTILE):
        parent = c.process(1000 + number, f"C:\\{text}\\{text}.exe", text, parent, role=text)
        kind = kinds[number % len(kinds)]
        thing = c.does(parent, doing[kind], kind, text)
        c.hit(text, thing, {text: text, "CommandLine": text}, event_id=text, by=text)
        c.hit("Suspicious Process File Path", parent, {"Image": text}, layer="extension", by=text)
    chain = c.chain("confirmed", HOSTILE[7], [(text, 1.0, text) for text in HOSTILE])
    return report_of(
        [chain],
        inputs=[
            Input(
                source=text,
                format=text,
                records=1,
                events=0,
                ignored=0,
                duplicates=0,
                rejected=1,
                problems=[InputProblem(record=1, reason=text)],
            )
            for text in HOSTILE
        ],
        coverage=[
            Coverage(detection=text, evaluable=False, sources_present=[text], missing=[text])
            for text in HOSTILE
        ],
        rule_problems=[RuleProblem(rule=text, reason=text) for text in HOSTILE],
    )


def large_report(processes: int = 2000) -> Report:
    """One chain of many processes: a script host that starts many, in a tree of some depth."""
    c = ChainBuilder("BUILD-01", MONDAY, "triage/BUILD-01.evtx")
    root = c.process(
        100, r"C:\Windows\System32\wscript.exe", "wscript.exe //e:vbscript a.vbs", "process:none"
    )
    c.hit("Vbscript Execution Using Wscript App", root, {"CommandLine": "//e:vbscript"})
    nodes = [root]
    for number in range(1, processes):
        image = ("cmd.exe", "powershell.exe", "curl.exe", "reg.exe")[number % 4]
        parent = nodes[(number - 1) // 7] if number % 3 else root
        node = c.process(
            100 + number * 4,
            rf"C:\Windows\System32\{image}",
            rf"{image} /c step {number} --target C:\Users\dana\AppData\Roaming\{number:05d}.tmp",
            parent,
        )
        nodes.append(node)
        if number % 5 == 0:
            path = rf"C:\Users\dana\AppData\Roaming\work\{number:05d}.exe"
            c.does(node, "wrote", "file", path)
        if number % 10 == 0:
            c.hit(
                "Wscript Or Cscript Suspicious Child Process", node, {"ParentImage": "wscript.exe"}
            )
    parts = [("stages", 12.0, "execution 12"), ("risk", 19.9, "2 distinct detections")]
    return report_of([c.chain("probable", None, parts)])
