"""Three invented intrusions, as chains: a whole story, a partial one and a weak one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from sample_chain import ChainBuilder

from lineage.report.model import Chain, RecordReference

MONDAY = datetime(2024, 10, 14, 10, 2, 7, 120_000, tzinfo=UTC)


def remcos_chain() -> Chain:
    """From a mailed document to stolen passwords, over a reboot: 12 processes, all nine stages."""
    c = ChainBuilder("WS-FIN-07.corp.example", MONDAY, "triage/WS-FIN-07.zip!Sysmon.evtx")
    home = r"C:\Users\dana"
    roaming = rf"{home}\AppData\Roaming"
    system = r"C:\Windows\System32"
    run = r"HKU\S-1-5-21-1004\Software\Microsoft\Windows\CurrentVersion\Run\Rmc-8K2VQX"
    shell = "process:ws-fin-07.corp.example:2f1b7c11-0a4e-670c-3e00-000000001a00"

    word = c.process(
        4312,
        r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
        rf'"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n '
        rf'"{home}\Downloads\Invoice_8841.docm" /o ""',
        shell,
    )
    c.does(word, "interpreted", "file", rf"{home}\Downloads\Invoice_8841.docm")
    macro = c.does(
        word,
        "loaded",
        "module",
        r"C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL",
    )
    c.hit(
        "Office Document Executing Macro Code",
        macro,
        {"ImageLoaded": r"C:\Program Files\Common Files\Microsoft Shared\VBA\VBA7.1\VBE7.DLL"},
        event_id=7,
    )
    script = c.does(word, "wrote", "file", rf"{home}\AppData\Local\Temp\inv_8841.vbs")
    c.hit(
        "Executables Or Script Creation In Suspicious Path",
        script,
        {"TargetFilename": rf"{home}\AppData\Local\Temp\inv_8841.vbs"},
        event_id=11,
    )
    wscript = c.process(
        4980,
        rf"{system}\wscript.exe",
        rf'wscript.exe //e:vbscript //b "{home}\AppData\Local\Temp\inv_8841.vbs" KEY-88213',
        word,
    )
    twice = (
        RecordReference(event_id=4688, source="triage/WS-FIN-07.zip!Security.evtx", record=901_233),
    )
    fields = {"Image": rf"{system}\wscript.exe", "ParentImage": r"C:\...\WINWORD.EXE"}
    c.hit("Office Product Spawning Windows Script Host", wscript, fields, also=twice)
    c.hit(
        "Vbscript Execution Using Wscript App",
        wscript,
        {"CommandLine": rf'wscript.exe //e:vbscript //b "{home}\AppData\Local\Temp\inv_8841.vbs"'},
        also=twice,
    )
    c.does(wscript, "interpreted", "file", rf"{home}\AppData\Local\Temp\inv_8841.vbs")
    c.wait(seconds=9)
    beacon = c.does(wscript, "queried", "dns", "pastebin.com")
    c.hit(
        "Suspicious Process DNS Query Known Abuse Web Services",
        beacon,
        {"QueryName": "pastebin.com", "Image": rf"{system}\wscript.exe"},
        event_id=22,
    )
    exclude = rf"Add-MpPreference -ExclusionPath {home}\AppData"
    encoded = base64.b64encode(exclude.encode("utf-16-le")).decode()
    powershell = c.process(
        5120,
        rf"{system}\WindowsPowerShell\v1.0\powershell.exe",
        f"powershell.exe -nop -w hidden -enc {encoded}",
        wscript,
    )
    c.hit(
        "Wscript Or Cscript Suspicious Child Process",
        powershell,
        {"ParentImage": rf"{system}\wscript.exe", "Image": "powershell.exe"},
        also=twice,
    )
    c.hit(
        "Add or Set Windows Defender Exclusion",
        powershell,
        {"DecodedCommand": exclude},
        layer="extension",
        by="encoded-command",
    )
    block = c.does(powershell, "ran", "script", exclude)
    c.hit(
        "Powershell Windows Defender Exclusion Commands",
        block,
        {"ScriptBlockText": exclude},
        event_id=4104,
    )
    dll = c.does(wscript, "wrote", "file", rf"{home}\AppData\Local\Temp\dynwrapx.dll")
    c.hit(
        "Process Writing DynamicWrapperX",
        dll,
        {"TargetFilename": rf"{home}\AppData\Local\Temp\dynwrapx.dll"},
        event_id=11,
        layer="bridge",
        by="image-only",
    )
    regsvr = c.process(
        5188,
        r"C:\Windows\SysWOW64\regsvr32.exe",
        rf'regsvr32.exe /I /S "{home}\AppData\Local\Temp\dynwrapx.dll"',
        wscript,
    )
    c.hit(
        "Regsvr32 Silent and Install Param Dll Loading",
        regsvr,
        {"CommandLine": rf'regsvr32.exe /I /S "{home}\AppData\Local\Temp\dynwrapx.dll"'},
    )
    module = c.does(regsvr, "loaded", "module", rf"{home}\AppData\Local\Temp\dynwrapx.dll")
    c.hit(
        "Loading Of Dynwrapx Module",
        module,
        {"ImageLoaded": rf"{home}\AppData\Local\Temp\dynwrapx.dll"},
        event_id=7,
    )
    winhlp = c.process(5240, r"C:\Windows\winhlp32.exe", "winhlp32.exe", wscript)
    payload = rf"{roaming}\Update\update.exe"
    c.does(winhlp, "wrote", "file", payload)
    rat = c.process(5300, payload, f'"{payload}"', winhlp, role="dropped program")
    c.hit(
        "Winhlp32 Spawning a Process",
        rat,
        {"ParentImage": r"C:\Windows\winhlp32.exe"},
        layer="bridge",
        by="parent-by-pid",
        event_id=4688,
    )
    c.does(rat, "executed", "file", payload)
    key = c.does(rat, "set", "registry", r"HKU\S-1-5-21-1004\Software\Remcos-8K2VQX\exepath")
    c.hit(
        "Remcos client registry install entry",
        key,
        {"TargetObject": r"HKU\S-1-5-21-1004\Software\Remcos-8K2VQX\exepath"},
        event_id=13,
    )
    autorun = c.does(rat, "set", "registry", run)
    c.hit(
        "Registry Keys Used For Persistence",
        autorun,
        {"TargetObject": run, "Details": f'"{payload}"'},
        event_id=13,
    )
    reg = c.process(
        5560,
        rf"{system}\reg.exe",
        r"reg.exe ADD HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System /v EnableLUA "
        r"/t REG_DWORD /d 0 /f",
        rat,
    )
    uac = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\EnableLUA"
    lua = c.does(reg, "set", "registry", uac)
    c.hit(
        "Disabling Remote User Account Control",
        lua,
        {"TargetObject": uac, "Details": "DWORD (0x00000000)"},
        event_id=13,
    )
    dxdiag = c.process(
        5420,
        rf"{system}\dxdiag.exe",
        rf'dxdiag.exe /t "{home}\AppData\Local\Temp\sysinfo.txt"',
        rat,
    )
    c.hit(
        "System Info Gathering Using Dxdiag Application",
        dxdiag,
        {"CommandLine": rf'dxdiag.exe /t "{home}\AppData\Local\Temp\sysinfo.txt"'},
        also=twice,
    )
    cleaner = c.process(
        5344,
        rf"{system}\cmd.exe",
        rf'cmd.exe /c ping -n 3 127.0.0.1 & del "{home}\AppData\Local\Temp\inv_8841.vbs"',
        wscript,
    )
    c.hit(
        "Process Deleting Its Process File Path",
        cleaner,
        {"CommandLine": "cmd.exe /c ping -n 3 127.0.0.1 & del ..."},
    )
    c.wait(hours=14, minutes=3)
    again = c.process(3120, payload, f'"{payload}"', shell, role="persisted program")
    c.does(again, "executed", "file", payload)
    c.starts(autorun, again)
    c.does(again, "queried", "dns", "home.office-sync.example")
    log = c.does(again, "wrote", "file", rf"{roaming}\remcos\logs.dat")
    c.hit(
        "Remcos RAT File Creation in Remcos Folder",
        log,
        {"TargetFilename": rf"{roaming}\remcos\logs.dat"},
        event_id=11,
    )
    for minute in range(3):
        c.wait(minutes=10)
        picture = rf"{roaming}\Screens\time_20241015_{minute}.png"
        shot = c.does(again, "wrote", "file", picture)
        c.hit(
            "Suspicious Image Creation In Appdata Folder",
            shot,
            {"TargetFilename": picture},
            event_id=11,
        )
    sound = c.does(again, "wrote", "file", rf"{roaming}\MicRecords\1.wav")
    c.hit(
        "Suspicious WAV file in Appdata Folder",
        sound,
        {"TargetFilename": rf"{roaming}\MicRecords\1.wav"},
        event_id=11,
    )
    viewer = c.process(
        6604,
        rf"{home}\AppData\Local\Temp\wpv.exe",
        rf'wpv.exe /stext "{home}\AppData\Local\Temp\qzkjr"',
        again,
    )
    c.hit(
        "Possible Browser Pass View Parameter",
        viewer,
        {"CommandLine": rf'wpv.exe /stext "{home}\AppData\Local\Temp\qzkjr"'},
    )
    c.process(6688, rf"{system}\cmd.exe", "cmd.exe", again)
    return c.chain(
        "confirmed",
        "Remcos",
        [
            ("stages", 37.5, "initial-access 6; execution 6; defense-evasion 5; persistence 6; …"),
            ("risk", 20.0, "20 distinct detections; highest risk: Remcos RAT File Creation (100)"),
            ("order", 12.3, "9 of 10 pairs of covered stages are in order (11 in all)"),
            (
                "family",
                20.0,
                "specific to Remcos: Remcos client registry install entry, Remcos RAT File …",
            ),
            ("tightness", 4.4, "1 foothold(s) for 9 stage(s)"),
        ],
    )


def probable_chain() -> Chain:
    """A disk image, a script host and a Run value, told by the Security log and few others."""
    c = ChainBuilder("WS-HR-02", MONDAY + timedelta(days=2, hours=3), "export/ws-hr-02.ndjson.gz")
    shell = "process:ws-hr-02:?:c:\\windows\\explorer.exe"
    iso_file = c.does(shell, "wrote", "file", r"C:\Users\lee\Downloads\Quotation.iso.lnk")
    c.hit(
        "Windows ISO LNK File Creation",
        iso_file,
        {"TargetFilename": r"C:\Users\lee\Downloads\Quotation.iso.lnk"},
        event_id=11,
    )
    cscript = c.process(
        812, r"C:\Windows\System32\cscript.exe", r"cscript.exe //e:jscript E:\quote.dat", shell
    )
    c.hit(
        "Jscript Execution Using Cscript App",
        cscript,
        {"CommandLine": r"cscript.exe //e:jscript E:\quote.dat"},
        event_id=4688,
    )
    cmd = c.process(
        2044,
        r"C:\Windows\System32\cmd.exe",
        r"cmd.exe /c copy E:\svc.exe %PUBLIC%\svc.exe",
        cscript,
    )
    c.hit(
        "Wscript Or Cscript Suspicious Child Process",
        cmd,
        {"ParentProcessName": r"C:\Windows\System32\cscript.exe"},
        event_id=4688,
        layer="bridge",
        by="parent-by-pid",
    )
    svc = c.process(2100, r"C:\Users\Public\svc.exe", r"C:\Users\Public\svc.exe", cmd)
    c.hit(
        "Suspicious Process File Path", svc, {"NewProcessName": r"C:\Users\Public\svc.exe"},
        event_id=4688,
    )  # fmt: skip
    run = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\svc"
    value = c.does(svc, "set", "registry", run)
    c.hit("Registry Keys Used For Persistence", value, {"TargetObject": run}, event_id=13)
    return c.chain(
        "probable",
        None,
        [
            ("stages", 20.0, "initial-access 3 (weak hits only); execution 6; persistence 6; …"),
            ("risk", 18.4, "5 distinct detections; highest risk: Registry Keys Used … (76)"),
            ("order", 10.9, "8 of 8 pairs of covered stages are in order (11 in all)"),
            ("family", 0.0, "nothing specific to Remcos"),
            ("tightness", 2.5, "2 foothold(s) for 4 stage(s)"),
        ],
    )


def suspicious_chain(number: int = 1) -> Chain:
    """A silent regsvr32 whose parent was never seen to start."""
    host = f"SRV-APP-{number:02d}"
    c = ChainBuilder(host, MONDAY + timedelta(days=number), f"export/{host.lower()}.xml")
    parent = c.process(640, r"C:\Tools\deploy.exe", None, "process:none", placeholder=True)
    child = c.process(
        720, r"C:\Windows\System32\regsvr32.exe", r"regsvr32 /s C:\Tools\codec.ocx", parent
    )
    c.hit(
        "Regsvr32 with Known Silent Switch Cmdline",
        child,
        {"CommandLine": r"regsvr32 /s C:\Tools\codec.ocx"},
    )
    return c.chain(
        "suspicious",
        None,
        [
            ("stages", 2.5, "defense-evasion 2.5 (weak hits only)"),
            ("risk", 11.2, "1 distinct detection; highest risk: Regsvr32 with Known … (56)"),
            ("tightness", 0.0, "1 foothold(s) for 1 stage(s)"),
        ],
    )
