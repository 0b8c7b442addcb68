r"""One account, whatever a log calls it: well-known ones, `HOST$`, `DOMAIN\name` and `name@domain`.

The well-known accounts are those of [MS-DTYP] 2.4.2.4; their names are Windows' own in its
languages. Their logon ids are fixed: 0x3e7 for the local system, 0x3e5 and 0x3e4 for the services.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

SYSTEM: Final = "NT AUTHORITY\\SYSTEM"
LOCAL_SERVICE: Final = "NT AUTHORITY\\LOCAL SERVICE"
NETWORK_SERVICE: Final = "NT AUTHORITY\\NETWORK SERVICE"

_AUTHORITIES: Final = frozenset(
    "|nt authority|autorite nt|autorité nt|nt-autorität|nt-autoritat|autoridad nt|autoridade nt|"
    "zarządzanie nt|nt instans|nt-myndighet|nt-hatóság|nt-autoriteit".split("|")
)
_NAMES: Final = {
    SYSTEM: "system|système|systeme|sistema|система|systém|rendszer|systeem",
    LOCAL_SERVICE: "local service|service local|lokaler dienst|servicio local|servizio locale|"
    "serviço local|usługa lokalna|lokal tjänst",
    NETWORK_SERVICE: "network service|service réseau|service reseau|netzwerkdienst|"
    "servicio de red|servizio di rete|serviço de rede|usługa sieciowa|nätverkstjänst",
}
_BY_NAME: Final = {name: account for account, all_ in _NAMES.items() for name in all_.split("|")}
_BY_SID: Final = {
    "s-1-5-18": SYSTEM,
    "s-1-5-19": LOCAL_SERVICE,
    "s-1-5-20": NETWORK_SERVICE,
}
_BY_LOGON: Final = {0x3E7: SYSTEM, 0x3E5: LOCAL_SERVICE, 0x3E4: NETWORK_SERVICE}


@lru_cache(4096)
def account_name(written: str, host: str, logon_id: str | None = None) -> str:
    r"""A well-known account by its English name, whatever Windows' language; others as written.

    A host's own `HOST$` is the service account whose logon id it comes with: so a 4688 names who
    started a program as the local system. Without a logon id it may be either and stays.

    Args:
        written: as the log has it.
        host: the host's name in lower case, with or without its domain.
        logon_id: of the session, in hexadecimal.

    >>> account_name(r"AUTORITE NT\Système", "ws01"), account_name("S-1-5-19", "ws01")
    ('NT AUTHORITY\\SYSTEM', 'NT AUTHORITY\\LOCAL SERVICE')
    >>> account_name(r"CORP\WS01$", "ws01.corp.example", "0x3e7")
    'NT AUTHORITY\\SYSTEM'
    >>> account_name(r"CORP\WS02$", "ws01", "0x3e7"), account_name(r"CORP\dana", "ws01")
    ('CORP\\WS02$', 'CORP\\dana')
    """
    lower = written.strip().lower()
    if lower in _BY_SID:
        return _BY_SID[lower]
    domain, _, name = lower.rpartition("\\")
    if domain in _AUTHORITIES and name in _BY_NAME:
        return _BY_NAME[name]
    if name == f"{host.partition('.')[0]}$" and logon_id is not None:
        return _BY_LOGON.get(_number(logon_id), written)
    return written


def _number(logon_id: str) -> int:
    try:
        return int(logon_id, 16)
    except ValueError:
        return 0


@lru_cache(4096)
def account_key(name: str) -> str:
    r"""By what an account is known: lower case, a domain by its first label alone.

    That `name@corp.example` and `CORP.EXAMPLE\name` are `CORP\name` holds where the domain's
    NetBIOS name is the first label of its DNS name, as Windows proposes it; else they stay apart.

    >>> account_key("dana@corp.example"), account_key(r"CORP\Dana"), account_key("dana")
    ('corp\\dana', 'corp\\dana', 'dana')
    """
    lower = name.strip().lower()
    user, at, domain = lower.rpartition("@")
    if not at or "\\" in lower:
        domain, _, user = lower.rpartition("\\")
    label = domain.partition(".")[0]
    return f"{label}\\{user}" if label else user
