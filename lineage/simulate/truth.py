"""The ground truth of a simulation, as plain JSON beside the telemetry.

::

    {"seed": 7,
     "hosts": {"clean": ["HR-1.acme.example"], "attacked": ["FIN-2.acme.example"]},
     "chains": [
       {"id": "intrusion-1",          what labels refer to
        "campaign": null,             shared by intrusions of one campaign
        "family": "Remcos",           null where nothing names the family
        "entry": "macro-script-host", "evasions": [...], "persistences": [...], "goals": [...],
        "hosts": [...],               fully qualified
        "first_seen": "...Z", "last_seen": "...Z",
        "processes": [                what the intrusion ran or took over, in order of start
          {"host": "...", "pid": 4242, "guid": "{...}", "target_process_id": "123",
           "image": "...", "command_line": "...", "start": "...Z", "parent_pid": 1234,
           "role": "payload"}],
        "artifacts": [                files, registry values, names and modules that it left or used
          {"kind": "file", "value": "...", "role": "dropper file"}]}]}

Times are on the host's own clock, as its telemetry has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.facts import (
    Fact,
    FileCreate,
    ImageLoad,
    KeyChange,
    NameQuery,
    ObjectAccess,
    Process,
    ProcessStart,
    ValueSet,
)
from lineage.simulate.write.record import iso

if TYPE_CHECKING:
    from lineage.simulate.facts import Host, Label
    from lineage.simulate.intrusion.plan import Plan

Json = dict[str, object]


class GroundTruth:
    """Collects the truth while the facts go by."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._plans: dict[str, Plan] = {}
        self._hosts: dict[str, set[str]] = {}
        self._span: dict[str, tuple[int, int]] = {}
        self._processes: dict[str, list[Json]] = {}
        self._artifacts: dict[str, dict[tuple[str, str], Json]] = {}
        self._all_hosts: set[str] = set()

    def announce(self, hosts: list[Host], plans: list[Plan]) -> None:
        """Says which hosts and intrusions there will be."""
        self._all_hosts.update(host.fqdn for host in hosts)
        self._plans.update((plan.chain, plan) for plan in plans)

    def observe(self, fact: Fact) -> None:
        """Takes note of a fact, labelled or not."""
        if fact.label is None:
            return
        chain = fact.label.chain
        time = fact.time + fact.process.host.skew
        first, last = self._span.get(chain, (time, time))
        self._span[chain] = (min(first, time), max(last, time))
        self._hosts.setdefault(chain, set()).add(fact.process.host.fqdn)
        if isinstance(fact, ProcessStart):
            self._processes.setdefault(chain, []).append(_process(fact.process, fact.label))
            return
        kind, value = _artifact(fact)
        if kind:
            entry: Json = {"kind": kind, "value": value, "role": fact.label.role}
            self._artifacts.setdefault(chain, {}).setdefault((kind, value), entry)

    def document(self) -> Json:
        """The whole truth."""
        attacked = {host for hosts in self._hosts.values() for host in hosts}
        return {
            "seed": self._seed,
            "hosts": {
                "clean": sorted(self._all_hosts - attacked),
                "attacked": sorted(attacked),
            },
            "chains": [self._chain(chain) for chain in self._plans if chain in self._span],
        }

    def _chain(self, chain: str) -> Json:
        plan = self._plans[chain]
        first, last = self._span[chain]
        return {
            "id": chain,
            "campaign": plan.campaign,
            "family": plan.family,
            "entry": plan.entry,
            "evasions": list(plan.evasions),
            "persistences": list(plan.persistences),
            "goals": list(plan.goals),
            "hosts": sorted(self._hosts[chain]),
            "first_seen": iso(first),
            "last_seen": iso(last),
            "processes": self._processes.get(chain, []),
            "artifacts": list(self._artifacts.get(chain, {}).values()),
        }


def _process(process: Process, label: Label) -> Json:
    return {
        "host": process.host.fqdn,
        "pid": process.pid,
        "guid": process.guid,
        "target_process_id": str(process.target_id),
        "image": process.image,
        "command_line": process.command_line,
        "start": iso(process.start + process.host.skew),
        "parent_pid": process.parent.pid if process.parent else None,
        "role": label.role,
    }


def _artifact(fact: Fact) -> tuple[str, str]:
    match fact:
        case FileCreate() | ObjectAccess():
            return "file", fact.path
        case KeyChange() | ValueSet():
            return "registry", fact.path
        case NameQuery():
            return "dns", fact.name
        case ImageLoad():
            return "module", fact.path
        case _:
            return "", ""
