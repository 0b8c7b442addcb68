"""What of a chain may be looked for elsewhere: the attack's own files, names, addresses and keys.

An indicator is acted upon: a file is blocked, a name is sunk. So only what the attack brought is
one, and only from probable upwards. Windows' own and installed programs that it used, services that
everybody uses, and what only honest members of the chain touched are observables, whatever was
detected on them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Literal

import ahocorasick

from lineage.graph.command_line import ARGUMENT_ENDINGS
from lineage.graph.hubs import is_installed
from lineage.graph.nodes import endpoint_parts
from lineage.graph.programs import APPLICATIONS, TAKEN_OVER, program
from lineage.graph.schema import EDGE_SCHEMAS
from lineage.normalise.paths import canonical_path, name_of
from lineage.report.chain_graph import chain_nodes
from lineage.report.wording import fixed_time, listed
from lineage.report.wording import name_of as program_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lineage.report.chain_graph import ChainNode
    from lineage.report.model import Chain, ChainEdge, ChainProcess, DetectionHit

IndicatorKind = Literal["file", "domain", "address", "registry"]

SERVICES_OF_ALL: Final = frozenset(
    {
        "7b9ea66e-083b-4317-b614-c6aa1bfc22ea",
        "14e3a33a-008b-49d9-96c4-f3899dc4b6fc",
        "1d0cee33-6744-4b14-b4c1-19654266a666",
    }
)
"""Rules whose hit on a name says that it is a service which attacks use as anybody does."""
HONEST_NAMES: Final = (
    "amazontrust.com", "apple.com", "cloudflare.com", "digicert.com", "globalsign.com",
    "google.com", "googleapis.com", "gstatic.com", "lencr.org", "live.com", "microsoft.com",
    "microsoftonline.com", "mozilla.com", "mozilla.net", "mozilla.org", "msedge.net",
    "msftconnecttest.com", "msftncsi.com", "office.com", "office.net", "office365.com",
    "sectigo.com", "sharepoint.com", "skype.com", "verisign.com", "windows.com", "windows.net",
    "windowsupdate.com",
)  # fmt: skip
"""Domains of Windows, browsers and certificate authorities, which every program asks for."""
LOCAL_NAMES: Final = (
    "arpa",
    "corp",
    "home",
    "internal",
    "lan",
    "local",
    "localdomain",
    "localhost",
)
"""Top-level names that no public resolver knows (RFC 6761, RFC 6762, RFC 9476, and usual ones)."""
_POLICY_TEST: Final = "__psscriptpolicytest_"
"""What PowerShell writes to see whether scripts may run: everybody has it."""

_TOOLS: Final = frozenset(
    "adfind.exe bcdedit.exe bitsadmin.exe certreq.exe certutil.exe csc.exe curl.exe cmstp.exe "
    "esentutl.exe expand.exe extrac32.exe forfiles.exe ftp.exe installutil.exe jsc.exe makecab.exe "
    "mavinject.exe msiexec.exe net.exe net1.exe netsh.exe nltest.exe nslookup.exe odbcconf.exe "
    "pcalua.exe ping.exe print.exe procdump psexec.c psexesvc.exe regasm.exe regsvcs.exe "
    "replace.exe robocopy.exe systeminfo.exe tar.exe vssadmin.exe wbadmin.exe wevtutil.exe "
    "whoami.exe wusa.exe xcopy.exe".split()
)
"""What Windows' tools and Sysinternals call themselves that attacks copy under other names."""
_WRITABLE: Final = (
    "c:\\windows\\temp\\", "c:\\windows\\tasks\\", "c:\\windows\\tracing\\",
    "c:\\windows\\debug\\", "c:\\windows\\system32\\spool\\drivers\\color\\",
)  # fmt: skip
"""Folders of Windows in which every user may write, so that attacks keep files there."""

_MAKES: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.makes)
_USES: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.use)
_SETS: Final = frozenset(
    schema.kind for schema in EDGE_SCHEMAS if schema.leaves and schema.words.object
)
"""Edges to registry values, which other edges to the registry don't call so."""
_LEAVES: Final = frozenset(schema.kind for schema in EDGE_SCHEMAS if schema.leaves)
_ON_DISK: Final = frozenset({"file", "module", "driver"})
_USER_HIVE: Final = re.compile(r"^(HKU|HKEY_USERS|\\REGISTRY\\USER)\\[^\\]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something to look for.

    Attributes:
        kind: what it is.
        value: path, name, address (`203.0.113.7`) or registry path, as the telemetry has it.
        nodes: its nodes in the report; a file that ran has several.
        chain: id of the chain that it is of.
        verdict: the chain's.
        why: what the attack did with it, in a few words.
        hashes: of a file: algorithm -> digest, but for those of somebody else's program.
        data: what a registry value was set to.
        is_value: of a registry entry: whether it is a value, whose name ends the path.
        port: of an address, where it was connected to.
        hosts: where it was seen.
        first_seen: ISO 8601, the time of its first record in the chain.
        last_seen: of its last.
        source: the input of the first record; empty where no record of the chain is about it.
        record: its number there.
    """

    kind: IndicatorKind
    value: str
    nodes: tuple[str, ...]
    chain: str
    verdict: str
    why: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    data: str | None = None
    is_value: bool = False
    port: str | None = None
    hosts: tuple[str, ...] = ()
    first_seen: str = ""
    last_seen: str = ""
    source: str = ""
    record: int = 0


def indicators(chain: Chain) -> list[Indicator]:
    """The indicators of a chain, each thing once, files first; none of a suspicious one."""
    if chain.verdict == "suspicious":
        return []
    return list(_Finder(chain).all())


def any_users(path: str) -> str:
    r"""A path with a star for the one user, or the one user's key, that it names.

    >>> any_users(r"C:\Users\dana\a.exe"), any_users(r"HKU\S-1-5-21-1\Software\X")
    ('C:\\Users\\*\\a.exe', 'HKU\\*\\Software\\X')
    """
    if _USER_HIVE.match(path):
        return _USER_HIVE.sub(r"\1\\*", path)
    return re.sub(r"(?i)^([a-z]:\\users\\)(?!public\\)[^\\]+(?=\\)", r"\1*", path)


class _Finder:
    """Looks a chain through."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._nodes = chain_nodes(chain)
        self._own = {process.node: process for process in chain.processes}
        self._into: dict[str, list[ChainEdge]] = defaultdict(list)
        for edge in chain.edges:
            self._into[edge.to].append(edge)
        self._hits: dict[str, list[DetectionHit]] = defaultdict(list)
        for hit in chain.evidence:
            self._hits[hit.node].append(hit)
        processes = (*chain.processes, *chain.bystanders)
        self._others_content = {
            digest
            for process in processes
            if _is_anothers(process)
            for digest in process.hashes.values()
        }

    def all(self) -> Iterator[Indicator]:
        files = list(self._files())
        yield from files
        yield from self._names()
        names = [name_of(canonical_path(file.value)) for file in files]
        yield from self._entries(names)

    # -- files -----------------------------------------------------------------------------------

    def _files(self) -> Iterator[Indicator]:
        """Files by path, however many nodes a path has: file, module, program."""
        found: dict[str, list[Indicator]] = defaultdict(list)
        own = [node for node in self._nodes.values() if node.standing == "own"]
        things = [(node, self._why_file(node)) for node in own if node.kind in _ON_DISK]
        programs = [(node, self._why_program(node)) for node in own if node.process is not None]
        for node, why in (*things, *programs):
            if why:
                path = canonical_path(node.name)
                found[path].append(self._indicator("file", node, node.name, why))
        yield from map(_joined, found.values())

    def _why_file(self, node: ChainNode) -> str:
        path = canonical_path(node.name)
        if name_of(path).startswith(_POLICY_TEST):
            return ""
        makers = self._actors(node.node, _MAKES)
        users = self._actors(node.node, _USES)
        if node.kind != "file":
            users = self._actors(node.node)
        if makers and (users or self._drops(makers, path, node)):
            return f"written by {_names(makers)}"
        if not users or _is_usual_place(path) or program(node.name).kind:
            return ""
        return f"used by {_names(users)}"

    def _drops(self, makers: list[ChainProcess], path: str, node: ChainNode) -> bool:
        """Whether what was written can be run, and isn't what such a program always writes."""
        runnable = path.rpartition(".")[2] in ARGUMENT_ENDINGS
        honest = all(_is_taken_over(maker) for maker in makers)
        return runnable and (not honest or bool(node.detections))

    def _why_program(self, node: ChainNode) -> str:
        image = node.name
        if "\\" not in image or _is_usual_place(canonical_path(image)):
            return ""
        return "" if program(image).kind else "run by the attack"

    def _hashes(self, node: ChainNode) -> dict[str, str]:
        """Without those of a program of Windows under another name, or in its own place."""
        return {
            name: digest
            for name, digest in node.hashes.items()
            if digest not in self._others_content
        }

    # -- names and addresses ---------------------------------------------------------------------

    def _names(self) -> Iterator[Indicator]:
        for node in self._nodes.values():
            if node.standing != "own" or node.kind not in {"dns", "endpoint"}:
                continue
            why = self._why_name(node)
            if not why:
                continue
            if node.kind == "dns":
                if self._is_foreign(node):
                    yield self._indicator("domain", node, node.name, f"asked for by {why}")
            else:
                address, port, _ = endpoint_parts(node.name)
                if _is_public(address):
                    made = self._indicator("address", node, address, f"reached by {why}")
                    yield replace(made, port=port)

    def _why_name(self, node: ChainNode) -> str:
        """The attack's own programs that used a name; its other processes where it was detected."""
        actors = self._actors(node.node, _LEAVES)
        brought = [one for one in actors if not _is_usual_place(canonical_path(one.image or "c:"))]
        brought = [one for one in brought if one.image and not _is_taken_over(one)]
        return _names(brought or (actors if node.detections else []))

    def _is_foreign(self, node: ChainNode) -> bool:
        """Whether a name is neither a service of all, nor of the network that it was asked in."""
        name = node.name.rstrip(".").lower()
        if "." not in name or self._is_service(node):
            return False
        domains = [host.partition(".")[2].lower() for host in self._chain.hosts]
        return not any(
            name == domain or name.endswith(f".{domain}")
            for domain in (*HONEST_NAMES, *LOCAL_NAMES, *filter(None, domains))
        )

    def _is_service(self, node: ChainNode) -> bool:
        return any(hit.rule_id in SERVICES_OF_ALL for hit in self._hits[node.node])

    # -- registry --------------------------------------------------------------------------------

    def _entries(self, files: Iterable[str]) -> Iterator[Indicator]:
        """Keys and values that the attack made, where detected or naming one of its files."""
        names = _Names(files)
        for node in self._nodes.values():
            actors = self._actors(node.node, _LEAVES)
            if node.kind != "registry" or node.standing != "own" or not actors:
                continue
            data = (node.data or "").lower()
            if node.detections or names.is_in(data):
                yield self._indicator("registry", node, node.name, f"set by {_names(actors)}")

    # -- all -------------------------------------------------------------------------------------

    def _actors(self, node: str, kinds: frozenset[str] | None = None) -> list[ChainProcess]:
        """The attack's processes that did something to a node, each once."""
        edges = [edge for edge in self._into[node] if kinds is None or edge.kind in kinds]
        return list({e.from_: self._own[e.from_] for e in edges if e.from_ in self._own}.values())

    def _is_value(self, node: ChainNode) -> bool:
        """Whether a registry entry is a value: something set it, rather than made it."""
        return any(edge.kind in _SETS for edge in self._into[node.node])

    def _indicator(self, kind: IndicatorKind, node: ChainNode, value: str, why: str) -> Indicator:
        chain = self._chain
        seen = [(edge.time, edge.source, edge.record) for edge in self._into[node.node]]
        seen += [(hit.time, hit.source, hit.record) for hit in self._hits[node.node]]
        seen.sort(key=lambda one: (fixed_time(one[0]), one[1:]))
        first, last = (
            (seen[0], seen[-1]) if seen else ((node.start or chain.first_seen, "", 0),) * 2
        )
        actors = [self._own[e.from_].host for e in self._into[node.node] if e.from_ in self._own]
        return Indicator(
            kind,
            value,
            (node.node,),
            chain.id,
            chain.verdict,
            why,
            hashes=self._hashes(node),
            data=node.data,
            is_value=self._is_value(node),
            hosts=tuple(dict.fromkeys([node.host] if node.host else actors)),
            first_seen=first[0],
            last_seen=last[0],
            source=first[1],
            record=first[2],
        )


def _is_usual_place(canonical: str) -> bool:
    """Whether a path is where installers put programs, and not where anybody may write there."""
    return is_installed(canonical) and not canonical.startswith(_WRITABLE)


def _is_anothers(process: ChainProcess) -> bool:
    """Whether a program is Windows' own or an installed one, or a known one's copy elsewhere."""
    if process.image and _is_usual_place(canonical_path(process.image)):
        return True
    called = (process.original_file_name or "").lower()
    return called in _TOOLS or program(called).kind is not None


def _is_taken_over(process: ChainProcess) -> bool:
    """Whether a process is an honest program through which the attack came."""
    kind = program(process.image).kind
    return kind in TAKEN_OVER or kind in APPLICATIONS


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _names(processes: Iterable[ChainProcess]) -> str:
    """Their programs' names, each once; "" for none."""
    return listed(list(dict.fromkeys(map(program_name, processes))), shown=3)


class _Names:
    """Names to look for in many texts, all at once (Aho and Corasick, 1975)."""

    def __init__(self, names: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for name in filter(None, names):
            self._automaton.add_word(name, True)
        self._automaton.make_automaton()

    def is_in(self, text: str) -> bool:
        """Whether one of them is in a text."""
        if not text or not len(self._automaton):
            return False
        return next(self._automaton.iter(text), None) is not None


def _joined(same: Sequence[Indicator]) -> Indicator:
    """One file's nodes as one: the first's words, the hashes of all, the whole time."""
    if len(same) == 1:
        return same[0]
    earliest = min(same, key=lambda each: (not each.source, fixed_time(each.first_seen)))
    hashes: dict[str, str] = {}
    for each in reversed(same):
        hashes |= each.hashes
    return replace(
        same[0],
        nodes=tuple(node for each in same for node in each.nodes),
        hashes=hashes,
        first_seen=earliest.first_seen,
        source=earliest.source,
        record=earliest.record,
        last_seen=max((each.last_seen for each in same), key=fixed_time),
        hosts=tuple(dict.fromkeys(host for each in same for host in each.hosts)),
    )
