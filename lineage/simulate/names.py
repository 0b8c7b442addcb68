"""Plausible names for people, hosts, files and domains, drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage.simulate.facts import Account, Host

if TYPE_CHECKING:
    from random import Random

_PEOPLE = (
    "alina bruno carla dmitri elif farid greta hugo ines jonas katya luis mira nadia oskar petra"
    " quentin rosa samir tilda umar vera wanda yusuf zoe"
).split()
_TOPICS = (
    "invoice order offer budget forecast minutes contract payroll shipping inventory quote audit"
    " statement remittance schedule proposal agenda report summary survey"
).split()
_QUALIFIERS = (
    "final draft signed revised copy north south q1 q2 q3 q4 internal external team customer"
    " supplier branch annual monthly updated"
).split()
_SYLLABLES = (
    "ba ce di fo gu ha ke li mo nu pa re si to va we xi yo za dra fli gro pre sta tri".split()
)
_SITES = (
    "news weather maps mail video photos recipes travel sports market forum docs wiki library music"
    " bank school garden cinema health"
).split()
_ENDINGS = ("com", "net", "org", "io", "eu", "info")
_TEAMS = ("FIN", "HR", "OPS", "LAW", "SAL", "ENG", "LOG")


def word(random: Random, syllables: int = 3) -> str:
    """A made-up word."""
    return "".join(random.choice(_SYLLABLES) for _ in range(syllables))


def document(random: Random) -> str:
    """A document's name without extension: ``Invoice_signed_4821``."""
    topic, qualifier = random.choice(_TOPICS), random.choice(_QUALIFIERS)
    separator = random.choice(("_", "-", " "))
    return f"{topic.capitalize()}{separator}{qualifier}{separator}{random.randrange(10, 9999)}"


def site(random: Random) -> str:
    """An ordinary web site."""
    first = random.choice(("www", "cdn", "static", "api"))
    return f"{first}.{random.choice(_SITES)}-{word(random, 2)}.{random.choice(_ENDINGS)}"


def domain(random: Random) -> str:
    """A domain of no meaning, as rented for an intrusion."""
    return f"{word(random, random.randrange(2, 5))}.{random.choice(_ENDINGS)}"


def identifier(random: Random, length: int = 6) -> str:
    """Upper-case letters and digits."""
    return "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(length))


def guid(random: Random) -> str:
    """A random GUID in braces."""
    digits = f"{random.getrandbits(128):032X}"
    groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return "{" + "-".join(groups) + "}"


def organisation(random: Random) -> tuple[str, str]:
    """A company's NetBIOS name and DNS domain."""
    name = word(random, 3)
    return name.upper(), f"{name}.example"


def host(random: Random, netbios: str, dns: str, skew: int) -> Host:
    """A workstation of the company, its clock `skew` ticks ahead."""
    return Host(
        name=f"{random.choice(_TEAMS)}-{identifier(random, 6)}",
        domain=dns,
        netbios_domain=netbios,
        sensor=f"{random.getrandbits(128):032x}",
        machine_guid=f"{random.getrandbits(32):08X}",
        skew=skew,
    )


def account(random: Random, netbios: str, authority: str) -> Account:
    """A user of the company; `authority` is the domain's SID."""
    name = f"{random.choice(_PEOPLE)}.{word(random, 2)}"
    return Account(netbios, name, f"{authority}-{random.randrange(1100, 9999)}")


def authority(random: Random) -> str:
    """A domain SID."""
    parts = (random.randrange(10**8, 4 * 10**9) for _ in range(3))
    return "S-1-5-21-" + "-".join(str(part) for part in parts)
