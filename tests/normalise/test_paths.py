from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.normalise.paths import canonical_path, canonical_registry, device_of, name_of

PROGRAM = r"c:\windows\system32\cmd.exe"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (r"C:\Windows\System32\cmd.exe", PROGRAM),
        (r"C:/Windows/System32/CMD.EXE", PROGRAM),
        (r'"C:\Windows\System32\cmd.exe"', PROGRAM),
        (r'" C:\Windows\System32\cmd.exe "', PROGRAM),
        (r"C:\Windows\\System32\\\cmd.exe", PROGRAM),
        (r"\\?\C:\Windows\System32\cmd.exe", PROGRAM),
        (r"\\.\C:\Windows\System32\cmd.exe", PROGRAM),
        (r"\??\C:\Windows\System32\cmd.exe", PROGRAM),
        (r"\SystemRoot\System32\cmd.exe", PROGRAM),
        (r"%SystemRoot%\System32\cmd.exe", PROGRAM),
        (r"%windir%\system32\cmd.exe", PROGRAM),
        (r"%SystemDrive%\Windows\System32\cmd.exe", PROGRAM),
        (r"%ProgramFiles(x86)%\a.exe", r"c:\program files (x86)\a.exe"),
        (r"%ProgramFiles%\a.exe", r"c:\program files\a.exe"),
        (r"%AppData%\a.exe", r"%appdata%\a.exe"),
        (r"\\server\share\a.exe", r"\\server\share\a.exe"),
        (r"\\?\UNC\server\share\a.exe", r"\\server\share\a.exe"),
        (r"\??\UNC\server\share\a.exe", r"\\server\share\a.exe"),
        (r"\Device\Mup\server\share\a.exe", r"\\server\share\a.exe"),
        (r"//server/share/a.exe", r"\\server\share\a.exe"),
        (r"\Device\HarddiskVolume3\Windows\a.exe", r"\device\harddiskvolume3\windows\a.exe"),
        (r"\\?\GLOBALROOT\Device\HarddiskVolume3\a.exe", r"\device\harddiskvolume3\a.exe"),
        ("cmd.exe", "cmd.exe"),
        ("", ""),
    ],
)
def test_spellings_of_one_file_compare_equal(written: str, canonical: str) -> None:
    assert canonical_path(written) == canonical


component = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zs"], blacklist_characters='\\/:*?"<>|%'),
    min_size=1,
    max_size=8,
)
root = st.sampled_from(
    [
        "C:\\",
        "\\\\?\\C:\\",
        "\\??\\D:\\",
        "\\\\server\\",
        "\\\\?\\UNC\\s\\",
        "\\Device\\Mup\\s\\",
        "\\SystemRoot\\",
        "%windir%\\",
        "\\Device\\HarddiskVolume2\\",
        "//s/",
        "c:\\\\",
        "",
    ]
)


@given(root, st.lists(component, min_size=1, max_size=4))
@settings(max_examples=60)
def test_the_canonical_form_is_its_own(start: str, components: list[str]) -> None:
    once = canonical_path(start + "\\".join(components))
    assert canonical_path(once) == once


@given(st.text(alphabet=st.sampled_from('\\/?.%"Cc:unUN systemroot\ud800é'), max_size=60))
@settings(max_examples=60)
def test_no_text_breaks_it_and_case_never_matters(written: str) -> None:
    assert canonical_path(written) == canonical_path(written.lower())
    assert canonical_registry(written) == canonical_registry(written.lower())


@pytest.mark.parametrize(
    ("canonical", "device"),
    [
        (r"\device\harddiskvolume12\a", r"\device\harddiskvolume12"),
        (r"\device\harddiskvolume3", r"\device\harddiskvolume3"),
        (r"\device\harddiskvolumeshadowcopy1\a", None),
        (r"c:\device\harddiskvolume3\a", None),
        ("", None),
    ],
)
def test_the_device_of_a_path(canonical: str, device: str | None) -> None:
    assert device_of(canonical) == device


RUN = r"\software\microsoft\windows\currentversion\run\x"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run\x", "hklm" + RUN),
        (r"\REGISTRY\MACHINE\Software\Microsoft\Windows\CurrentVersion\Run\x", "hklm" + RUN),
        (r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Run\x", "hklm" + RUN),
        (r"Computer\HKEY_LOCAL_MACHINE\Software\X", r"hklm\software\x"),
        (r"HKU\S-1-5-21-1\Software\X", r"hku\s-1-5-21-1\software\x"),
        (r"\REGISTRY\USER\S-1-5-21-1\Software\X", r"hku\s-1-5-21-1\software\x"),
        (r"HKEY_USERS\S-1-5-21-1\Software\X", r"hku\s-1-5-21-1\software\x"),
        (r"HKEY_CURRENT_USER\Software\X", r"hkcu\software\x"),
        (r"HKEY_CLASSES_ROOT\CLSID\X", r"hkcr\clsid\x"),
        (r"HKLM\Software\X" + "\\", r"hklm\software\x"),
        (r"\REGISTRY\MACHINERY\x", r"\registry\machinery\x"),
        (r"HKEY_LOCAL_MACHINE", "hklm"),
        (r"HKLM\Services\x\(Default)", r"hklm\services\x\(default)"),
    ],
)
def test_spellings_of_one_registry_path_compare_equal(written: str, canonical: str) -> None:
    assert canonical_registry(written) == canonical
    assert canonical_registry(canonical) == canonical


def test_a_path_made_to_exhaust_the_stack_is_a_path_like_any_other() -> None:
    assert canonical_registry("Computer\\" * 5_000 + "x").endswith("\\x")
    assert canonical_path("\\" * 100_000 + "x") == r"\\x"


@pytest.mark.parametrize(
    ("path", "name"), [(PROGRAM, "cmd.exe"), ("cmd.exe", "cmd.exe"), ("c:\\", ""), ("", "")]
)
def test_the_name_of_a_path(path: str, name: str) -> None:
    assert name_of(path) == name
