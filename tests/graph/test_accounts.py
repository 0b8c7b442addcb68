"""One account is one node, whatever the logs call it."""

from __future__ import annotations

import pytest
from hosts import graph_of
from raw_records import normalised, security, sysmon

from lineage.graph.nodes import ProcessNode, UserNode


def accounts(*raws: object) -> tuple[list[str], set[str | None]]:
    """Who is an account, and as whom processes that were seen to start run."""
    graph = graph_of([normalised(raw) for raw in raws])  # type: ignore[arg-type]
    users = [node.user for node in graph.nodes() if isinstance(node, UserNode)]
    started = [node for node in graph.nodes() if isinstance(node, ProcessNode) and node.start]
    return users, {node.user for node in started}


def of_4688(domain: str, name: str, logon_id: str, number: int = 0) -> object:
    return security(
        4688,
        {
            "SubjectDomainName": domain,
            "SubjectUserName": name,
            "SubjectLogonId": logon_id,
            "NewProcessId": hex(0x1092 + number),
        },
        record_id=700 + number,
    )


@pytest.mark.parametrize(
    "user",
    ["NT AUTHORITY\\SYSTEM", "AUTORITE NT\\Système", "NT-AUTORITÄT\\SYSTEM", "S-1-5-18"],
)
def test_the_local_system_is_one_account_in_any_log_and_language(user: str) -> None:
    own = sysmon(1, {"User": user, "ProcessId": "77", "LogonId": "0x3e7"})
    users, run_as = accounts(own, of_4688("EXAMPLE", "WS01$", "0x3e7"))
    assert users == ["NT AUTHORITY\\SYSTEM"]
    assert run_as == {"NT AUTHORITY\\SYSTEM"}


@pytest.mark.parametrize(
    ("name", "logon_id", "expected"),
    [
        ("WS01$", "0x3e4", "NT AUTHORITY\\NETWORK SERVICE"),
        ("WS01$", "0x00000000000003E7", "NT AUTHORITY\\SYSTEM"),
        ("WS01$", "0x51f2a", "EXAMPLE\\WS01$"),  # whose session is not known
        ("WS02$", "0x3e7", "EXAMPLE\\WS02$"),  # another computer's account
        ("WS01", "0x3e7", "EXAMPLE\\WS01"),
    ],
)
def test_a_computer_s_own_account_is_the_service_account_of_the_logon(
    name: str, logon_id: str, expected: str
) -> None:
    assert accounts(of_4688("EXAMPLE", name, logon_id)) == ([expected], {expected})


def test_a_domain_by_its_dns_name_and_a_principal_name_are_the_same_account() -> None:
    written = [("EXAMPLE", "zoe"), ("example.test", "Zoe"), ("", "zoe@example.test")]
    records = [
        of_4688(domain, name, "0x51f2a", number) for number, (domain, name) in enumerate(written)
    ]
    users, run_as = accounts(*records)
    assert len(users) == 1
    assert len(run_as) == 3  # as each log has it


def test_the_same_name_elsewhere_is_another_account() -> None:
    written = [("EXAMPLE", "zoe"), ("WS01", "zoe"), ("OTHER", "zoe"), ("", "zoe@other2.test")]
    records = [
        of_4688(domain, name, "0x51f2a", number) for number, (domain, name) in enumerate(written)
    ]
    assert len(accounts(*records)[0]) == len(written)
