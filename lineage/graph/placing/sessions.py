"""Logon sessions: who logged on, how, from where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineage.graph.canvas import Canvas, Placed
from lineage.graph.nodes import SessionNode
from lineage.normalise.addresses import canonical_address

if TYPE_CHECKING:
    from lineage.normalise.event import ChannelEvent

_NOWHERE: Final = frozenset({"::1", "127.0.0.1", "0.0.0.0", "::", "local"})  # noqa: S104


def logged_on(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """4624: the session, its account, how and from where it came."""
    logon_id = event.TargetLogonId
    if logon_id is None:
        return None
    session = canvas.graph.node(canvas.session(host, logon_id))
    if isinstance(session, SessionNode):
        session.user = account(event.TargetDomainName, event.TargetUserName) or session.user
        session.logon_type = event.LogonType
        session.address = remote_address(event.IpAddress) or session.address
    return Placed(ordinal, None, session.id)


def about_session(canvas: Canvas, event: ChannelEvent, host: str, ordinal: int) -> Placed | None:
    """A record of what happened to or in a session, and to no process."""
    logon_id = event.TargetLogonId or event.SubjectLogonId
    if logon_id is None:
        return None
    return Placed(ordinal, None, canvas.session(host, logon_id))


def account(domain: str | None, name: str | None) -> str | None:
    r"""`DOMAIN\name`, or None where there is no name.

    >>> account("CORP", "dana"), account(None, "dana"), account("CORP", None)
    ('CORP\\dana', 'dana', None)
    """
    if name is None:
        return None
    return f"{domain}\\{name}" if domain else name


def remote_address(written: str | None) -> str | None:
    """An address that another computer may have, or None for this one's own and for none.

    >>> remote_address("::ffff:192.0.2.7"), remote_address("127.0.0.1"), remote_address(None)
    ('192.0.2.7', None, None)
    """
    address = canonical_address(written) if written else ""
    return address if address and address.lower() not in _NOWHERE else None
