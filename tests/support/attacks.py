"""Small attacks on hosts in memory (`hosts`), and what correlation makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from hosts import EXPLORER, SYSTEM32, Host, Program

from correlators import CORRELATORS
from lineage.analysis import Analysis
from lineage.correlate.cluster import tagged_graph
from lineage.correlate.run import correlate
from lineage.detect.catalog import load_builtin
from lineage.detect.engine import RuleEngine
from lineage.detect.run import tagged as tag
from lineage.graph.build import Builder
from lineage.graph.identity import Hosts
from lineage.normalise.clock import Clock
from lineage.problems import InputLedger
from lineage.report.assemble import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineage.correlate.finding import Cluster, Correlator, Finding, TaggedGraph
    from lineage.detect.detection import Pack
    from lineage.report.model import Chain, Report

WORD = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
OUTLOOK = r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE"
VBA = r"C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL"
WSCRIPT = SYSTEM32 + "wscript.exe"
CMD = SYSTEM32 + "cmd.exe"
SVCHOST = SYSTEM32 + "svchost.exe"
USER = "C:\\Users\\zoe\\"
TEMP = USER + "AppData\\Local\\Temp\\"
ROAMING = USER + "AppData\\Roaming\\"
HIVE = "HKU\\S-1-5-21-1-2-3-1001\\"
RUN = HIVE + "Software\\Microsoft\\Windows\\CurrentVersion\\Run\\"


@cache
def engine(*packs: Pack) -> RuleEngine:
    """The 33 detections, or the rules of some packs, compiled once for all tests."""
    return RuleEngine([rule for pack in packs or ("remcos",) for rule in load_builtin(pack)])


def tagged(*hosts: Host, packs: tuple[Pack, ...] = ("remcos",)) -> TaggedGraph:
    """The graph of the hosts' events, with the hits of packs of rules and their clusters."""
    events = [event for host in hosts for event in host.events]
    builder = Builder(Hosts({event.host for event in events}))
    hits, *_ = tag(events, Clock(), builder, engine(*packs))
    return tagged_graph(builder.graph, hits)


def findings(*hosts: Host, correlators: Sequence[Correlator] = CORRELATORS) -> list[Finding]:
    """What the shipped correlators find on the hosts, best first."""
    return [chain.finding for chain in correlate(tagged(*hosts), correlators)]


def report(*hosts: Host, correlators: Sequence[Correlator] = CORRELATORS) -> Report:
    """The report on the hosts."""
    graph = tagged(*hosts)
    ledger = InputLedger("memory", "memory", records=len(graph.graph.events))
    chains = correlate(graph, correlators)
    return assemble(Analysis([ledger], graph.graph, graph.hits, chains))


def chains(*hosts: Host) -> list[Chain]:
    """The report's chains."""
    return report(*hosts).chains


def programs(cluster: Cluster, graph: TaggedGraph) -> set[str]:
    """File names of the programs of a cluster's processes."""
    images = (graph.graph.process(each).image or "" for each in cluster.processes)
    return {image.rpartition("\\")[2].lower() for image in images}


def pids(chain: Chain) -> set[int | None]:
    """Process ids of a chain's processes."""
    return {process.pid for process in chain.processes}


@dataclass(slots=True)
class Intrusion:
    """The processes of a small intrusion, in order of start."""

    word: Program
    script: Program
    payload: Program

    @property
    def pids(self) -> set[int | None]:
        """Their process ids."""
        return {self.word.pid, self.script.pid, self.payload.pid}

    @property
    def image(self) -> str:
        """Where the payload lies."""
        return self.payload.image


def desktop(host: Host) -> Program:
    """The user's shell, whose start nobody logged."""
    return host.unseen(EXPLORER)


def open_document(host: Host, name: str, shell: Program | None = None) -> Program:
    """Word opens a document whose macro runs."""
    command = f'"{WORD}" "{USER}Downloads\\{name}.docm"'
    word = host.run(WORD, command, parent=shell or desktop(host))
    host.load(word, VBA)
    return word


def run_script(host: Host, word: Program, name: str) -> Program:
    """Word drops a script and has it run."""
    host.write(word, f"{TEMP}{name}.vbs")
    return host.run(WSCRIPT, f'wscript.exe "{TEMP}{name}.vbs"', parent=word)


def settle(host: Host, payload: Program, name: str, *, family: str | None = None) -> None:
    """The payload registers to start at logon; family malware also writes the family's key."""
    if family is not None:
        host.set_value(payload, f"{HIVE}Software\\Remcos-{family}\\exepath", "01AB")
    host.set_value(payload, RUN + name, f'"{payload.image}"')


def intrusion(
    host: Host,
    name: str,
    *,
    family: str | None = None,
    shell: Program | None = None,
    hashes: str | None = None,
) -> Intrusion:
    """A document's macro runs a script, which drops and starts a payload, which settles."""
    word = open_document(host, name, shell)
    script = run_script(host, word, name)
    image = f"{ROAMING}{name}\\{name}.exe"
    host.write(script, image)
    payload = host.run(image, f'"{image}"', parent=script, Hashes=hashes)
    settle(host, payload, name, family=family)
    return Intrusion(word, script, payload)
