"""An Attack Flow 2 bundle: the chains as flows of ATT&CK actions, for MITRE CTID's builder.

An action is a detection on one process (or on what it touched), however often it fired. Its effects
are the next action of the same process and the first actions of what comes of it
(`lineage.export.action`), so that an arrow of the flow is a causal path in the telemetry.

Source: Attack Flow 2.0.0, extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lineage.export.action import Action, actions
from lineage.export.attack import technique_name, techniques
from lineage.export.hashes import file_hashes
from lineage.export.instant import instant
from lineage.export.stix_objects import Observables, host_identity, producer, stix_id
from lineage.report.chain_graph import artifacts, own_processes
from lineage.report.wording import verdict_line

if TYPE_CHECKING:
    from lineage.report.model import Chain, ChainProcess, Report

Object = dict[str, Any]

EXTENSION = "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
EXTENSION_AUTHOR = "identity--d673f8cb-c168-42da-8ed4-0cb26725f86c"
EXTENSION_TIME = "2022-08-02T19:34:35.143Z"
EMPTY_FLOW_TIME = EXTENSION_TIME
"""`created` of the flow of a report without chains, which has no time of its own."""


def render(report: Report) -> str:
    """The bundle, as JSON. A report without chains gives a flow of one condition that says so."""
    return json.dumps(bundle(report), ensure_ascii=False, indent=2) + "\n"


def bundle(report: Report) -> Object:
    """The bundle as values: one `attack-flow` object, as the format demands, for all chains."""
    flows = [_Flow(chain) for chain in report.chains]
    made: dict[str, Object] = {}
    for flow in flows:
        flow.add()
        made |= flow.objects
    starts = [start for flow in flows for start in flow.starts]
    if not starts:
        nothing = _nothing_found()
        made[nothing["id"]] = nothing
        starts = [nothing["id"]]
    objects = [*_preamble(), _flow_object(report, starts), *made.values()]
    ids = sorted(item["id"] for item in objects)
    return {"type": "bundle", "id": stix_id("bundle", *ids), "objects": objects}


class _Flow:
    """Makes the objects of one chain.

    Attributes:
        objects: by id, in order of making.
        starts: ids of the actions that have no cause.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.objects: dict[str, Object] = {}
        self.starts: list[str] = []
        self.observables = Observables()
        self.observables.add_artifacts(chain, file_hashes(chain))
        self.processes = own_processes(chain)
        self.artifacts = artifacts(chain)

    def add(self) -> None:
        """Makes them all."""
        found = actions(self.chain)
        ids = [self._id(action) for action in found]
        effects: dict[int, list[str]] = {}
        for number, action in enumerate(found):
            if action.cause is None:
                self.starts.append(ids[number])
            else:
                effects.setdefault(action.cause, []).append(ids[number])
        for number, action in enumerate(found):
            self._keep(self._action(action, ids[number], effects.get(number, [])))

    def _id(self, action: Action) -> str:
        return stix_id("attack-action", self.chain.id, action.owner, action.detection)

    def _keep(self, item: Object) -> str:
        self.objects.setdefault(item["id"], item)
        return str(item["id"])

    def _action(self, action: Action, action_id: str, effects: list[str]) -> Object:
        first, last = action.hits[0], action.hits[-1]
        technique = next(iter(techniques(first.attack)), None)
        records = [f"{hit.source}#{hit.record}" for hit in action.hits]
        item: Object = {
            **_common("attack-action", action_id, first.time, last.time),
            "name": technique_name(technique) if technique else action.detection,
            "technique_id": technique,
            "description": f"{action.detection} ({first.type}, risk {first.risk}): "
            + ", ".join(dict.fromkeys(records)),
            "execution_start": _stamp(first.time),
            "execution_end": _stamp(last.time),
            "confidence": round(self.chain.score),
            "asset_refs": self._assets(action),
            "effect_refs": effects,
            "command_ref": self._command(action.owner),
        }
        return {name: value for name, value in item.items() if value not in (None, [])}

    def _command(self, owner: str) -> str | None:
        process = self.processes.get(owner)
        if process is None or (process.pid is None and not process.command_line):
            return None
        return self._keep(_process(process))

    def _assets(self, action: Action) -> list[str]:
        host = action.hits[0].host
        identity = self._keep(json.loads(host_identity(host).serialize()))
        found = [self._asset(host, identity)]
        for node in dict.fromkeys(hit.node for hit in action.hits):
            observable = self.observables.of_node.get(node)
            if node in self.artifacts and observable is not None:
                self._keep_observable(observable)
                found.append(self._asset(self.artifacts[node].name, observable))
        return found

    def _asset(self, name: str, about: str) -> str:
        asset_id = stix_id("attack-asset", self.chain.id, about)
        common = _common("attack-asset", asset_id, self.chain.first_seen, self.chain.last_seen)
        return self._keep({**common, "name": name, "object_ref": about})

    def _keep_observable(self, observable: str) -> None:
        item = json.loads(self.observables.objects[observable].serialize())
        self._keep(item)
        if "parent_directory_ref" in item:
            self._keep_observable(item["parent_directory_ref"])


def _process(process: ChainProcess) -> Object:
    """The command alone, without parent and image: each would be one more block in the builder."""
    item: Object = {
        "type": "process",
        "spec_version": "2.1",
        "id": stix_id("process", "attack-flow", process.node),
        "pid": process.pid,
        "command_line": process.command_line,
        "created_time": _stamp(process.start) if process.start else None,
    }
    return {name: value for name, value in item.items() if value is not None}


def _flow_object(report: Report, starts: list[str]) -> Object:
    chains = report.chains
    lines = [f"{verdict_line(chain)} ({chain.id})" for chain in chains]
    flow_id = stix_id("attack-flow", *(chain.id for chain in chains))
    first = min((chain.first_seen for chain in chains), key=instant, default=EMPTY_FLOW_TIME)
    last = max((chain.last_seen for chain in chains), key=instant, default=EMPTY_FLOW_TIME)
    return {
        **_common("attack-flow", flow_id, first, last),
        "created_by_ref": producer().id,
        "name": "Attack chains found by lineage",
        "description": "\n".join(lines) or "No attack chain was found.",
        "scope": "incident",
        "start_refs": starts,
    }


def _nothing_found() -> Object:
    condition_id = stix_id("attack-condition", "nothing found")
    return {
        **_common("attack-condition", condition_id, EMPTY_FLOW_TIME, EMPTY_FLOW_TIME),
        "description": "No attack chain was found.",
    }


def _common(kind: str, item_id: str, created: str, modified: str) -> Object:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": item_id,
        "created": _stamp(created),
        "modified": _stamp(modified),
        "extensions": {EXTENSION: {"extension_type": "new-sdo"}},
    }


def _preamble() -> list[Object]:
    """The extension, its author as published, and this program."""
    common = {
        "spec_version": "2.1",
        "created": EXTENSION_TIME,
        "modified": EXTENSION_TIME,
        "created_by_ref": EXTENSION_AUTHOR,
    }
    return [
        {
            "type": "extension-definition",
            "id": EXTENSION,
            **common,
            "name": "Attack Flow",
            "schema": "https://center-for-threat-informed-defense.github.io/attack-flow/stix/"
            "attack-flow-schema-2.0.0.json",
            "version": "2.0.0",
            "extension_types": ["new-sdo"],
        },
        {
            "type": "identity",
            "id": EXTENSION_AUTHOR,
            **common,
            "name": "MITRE Center for Threat-Informed Defense",
            "identity_class": "organization",
        },
        json.loads(producer().serialize()),
    ]


def _stamp(time: str) -> str:
    """STIX's spelling of a time."""
    return instant(time).isoformat(timespec="microseconds").replace("+00:00", "Z")
