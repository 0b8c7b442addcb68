"""A MISP event: the indicators of the confirmed and probable chains as attributes.

Source: MISP core format (draft-dulaunoy-misp-core-format), on events and attributes.
Ids are made from content, so that a second import of the same report finds the event that is there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from lineage.export.instant import instant
from lineage.report.indicators import indicators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineage.report.indicators import Indicator
    from lineage.report.model import Chain, Report

_HASH_TYPES: Final = {"SHA256": "sha256", "SHA1": "sha1", "MD5": "md5", "IMPHASH": "imphash"}
_NOBODY_ELSE: Final = "0"
"""Distribution: your organisation only. Who imports it decides on more."""
_THREAT: Final = {"confirmed": "1", "probable": "2"}
"""Verdict -> MISP's threat level: high, medium."""
_UNDEFINED: Final = "4"
_ONGOING: Final = "1"
EMPTY_TIME: Final = "1970-01-01T00:00:00Z"


def render(report: Report) -> str:
    """The event, as JSON."""
    chains = [chain for chain in report.chains if chain.verdict in _THREAT]
    first = min((chain.first_seen for chain in chains), key=instant, default=EMPTY_TIME)
    last = max((chain.last_seen for chain in chains), key=instant, default=EMPTY_TIME)
    attributes = {one["uuid"]: one for chain in chains for one in _of_chain(chain)}
    event = {
        "uuid": _uuid("event", *(chain.id for chain in chains)),
        "info": _info(chains),
        "date": instant(first).date().isoformat(),
        "timestamp": _seconds(last),
        "threat_level_id": min((_THREAT[chain.verdict] for chain in chains), default=_UNDEFINED),
        "analysis": _ONGOING,
        "distribution": _NOBODY_ELSE,
        "published": False,
        "Attribute": list(attributes.values()),
        "Tag": [{"name": f'misp-galaxy:rat="{name}"'} for name in _families(chains)],
    }
    return json.dumps({"Event": event}, ensure_ascii=False, indent=2) + "\n"


def _info(chains: list[Chain]) -> str:
    if not chains:
        return "lineage: no probable attack chain"
    hosts = list(dict.fromkeys(host for chain in chains for host in chain.hosts))
    families = ", ".join(_families(chains)) or "no family"
    return f"lineage: {families} on {', '.join(hosts[:5])}{' ...' if len(hosts) > 5 else ''}"


def _families(chains: list[Chain]) -> list[str]:
    return list(dict.fromkeys(chain.family for chain in chains if chain.family))


def _of_chain(chain: Chain) -> Iterator[dict[str, Any]]:
    for one in indicators(chain):
        match one.kind:
            case "file":
                for name, kind in _HASH_TYPES.items():
                    if digest := one.hashes.get(name):
                        yield _attribute(
                            one,
                            kind,
                            "Payload installation",
                            digest.lower(),
                            detect=kind != "imphash",
                        )
                yield _attribute(one, "filename", "Payload installation", one.value, detect=False)
            case "domain":
                yield _attribute(one, "domain", "Network activity", one.value)
            case "address" if one.port:
                value = f"{one.value}|{one.port}"
                yield _attribute(one, "ip-dst|port", "Network activity", value)
            case "address":
                yield _attribute(one, "ip-dst", "Network activity", one.value)
            case "registry" if one.data:
                value = f"{one.value}|{one.data}"
                yield _attribute(one, "regkey|value", "Persistence mechanism", value)
            case "registry":
                yield _attribute(one, "regkey", "Persistence mechanism", one.value)


def _attribute(
    one: Indicator, kind: str, category: str, value: str, *, detect: bool = True
) -> dict[str, Any]:
    """An attribute; names of files and import hashes, which others share, don't go to detection."""
    where = f"{one.source}#{one.record}" if one.source else "the report"
    return {
        "uuid": _uuid(kind, value),
        "type": kind,
        "category": category,
        "value": value,
        "to_ids": detect,
        "comment": f"{one.why} on {', '.join(one.hosts) or 'unknown host'}; {one.verdict} "
        f"{one.chain}, first in {where}",
        "first_seen": instant(one.first_seen).isoformat(timespec="microseconds"),
        "last_seen": instant(one.last_seen).isoformat(timespec="microseconds"),
        "timestamp": _seconds(one.last_seen),
        "distribution": _NOBODY_ELSE,
    }


def _seconds(time: str) -> str:
    return str(int(instant(time).timestamp()))


def _uuid(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, json.dumps(["lineage", *parts])))
