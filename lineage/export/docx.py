"""A case report as a Word document. Needs python-docx and Pillow (the extra `docx`).

Every text passes `lineage.report.escape.terminal`: what XML can't hold, line breaks and invisible
characters are shown by their numbers. Nothing is a link or a field but the page number.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from lineage.export.archive import without_times
from lineage.export.case import LONG, Chapter, case, defanged, moment, title
from lineage.export.picture import left_out, pictures
from lineage.report.escape import terminal
from lineage.report.wording import GUESSED, name_of, points

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docx.document import Document as Word
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

    from lineage.export.case import Case
    from lineage.report.model import DetectionHit, Report
    from lineage.report.story import Sentence

WIDTH: Final = 25.7
"""Centimetres between the margins of A4 lying."""
_SMALL: Final = Pt(8)
_DIM: Final = RGBColor(0x5B, 0x64, 0x70)
_STYLES: Final = {"process": "bold", "command": "mono", "artifact": "mono", "detection": "italic"}


def render(report: Report) -> bytes:
    """The document.

    Raises:
        InputError: a time of the report isn't ISO 8601.
    """
    told = case(report)
    word = _blank()
    _front(word, told)
    for chapter in told.chapters:
        _chapter(word, chapter, told)
    _inputs(word, told)
    word.add_heading("What is not in this report", 1)
    _bullets(word, told.left_out)
    stream = io.BytesIO()
    word.save(stream)
    return without_times(stream.getvalue())


def _blank() -> Word:
    word = Document()
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.6)
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(10)
    word.core_properties.title = "Case report"
    word.core_properties.author = "lineage"
    word.core_properties.comments = ""
    _page_number(section.footer.paragraphs[0])
    return word


def _page_number(paragraph: Paragraph) -> None:
    """The field PAGE (ECMA-376, 17.16.5.44)."""
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _front(word: Word, told: Case) -> None:
    word.add_heading("Case report", 0)
    word.add_paragraph(_line(f"Made by {told.made_by}. All times are UTC. {told.answer}"))
    _bullets(word, told.judged)
    if not told.overview:
        return
    word.add_heading("Chains", 1)
    _table(
        word,
        ("#", "verdict", "score", "family", "hosts", "accounts", "when", "told below"),
        (0.8, 2.2, 1.5, 2.2, 5.5, 5, 6.5, 2),
        [
            (
                str(entry.place),
                entry.chain.verdict,
                points(entry.chain.score),
                entry.chain.family or "none",
                ", ".join(entry.chain.hosts),
                entry.accounts or "unknown",
                entry.when,
                "yes" if entry.is_told else "no",
            )
            for entry in told.overview
        ],
    )


def _chapter(word: Word, chapter: Chapter, told: Case) -> None:
    chain = chapter.chain
    word.add_heading(_line(title(chapter)), 1).paragraph_format.page_break_before = True
    _sentence(word, chapter.summary, told)
    parts = [(part.part, points(part.points), part.why) for part in chain.score_parts]
    total = ("total", points(chain.score), "of 100")
    _table(word, ("part of the score", "points", "why"), (4, 2, 19.7), [*parts, total])
    _graph(word, chapter)
    word.add_heading("What happened", 2)
    for passage in chapter.story:
        word.add_heading(_line(passage.title.capitalize()), 3)
        for sentence in passage.sentences:
            _sentence(word, sentence, told, "List Bullet")
    _processes(word, chapter)
    _timeline(word, chapter, told)
    word.add_heading("Evidence", 2)
    _table(
        word,
        ("time", "detection", "risk", "techniques", "host", "process", "account", "matched",
         "records"),
        (2.6, 3.1, 0.9, 2.2, 2.6, 2.7, 2.2, 5.2, 4.2),
        (_hit(hit, told) for hit in chapter.evidence),
    )  # fmt: skip
    if chapter.indicators:
        _indicators(word, chapter, told)
    if chapter.left_out:
        word.add_heading("Not in this chapter", 2)
        _bullets(word, chapter.left_out)


def _graph(word: Word, chapter: Chapter) -> None:
    drawn = pictures(chapter.chain)
    if not drawn:
        return
    word.add_heading("Process tree", 2)
    for number, content in enumerate(drawn, 1):
        picture = word.add_picture(io.BytesIO(content), width=Cm(20))
        if picture.height > Cm(16.2):
            picture.width = int(picture.width * Cm(16.2) / picture.height)
            picture.height = Cm(16.2)
        place = f" ({number} of {len(drawn)})" if len(drawn) > 1 else ""
        # Who can't see the picture reads the table of processes.
        picture._inline.docPr.set("descr", f"Process tree{place}; as a table: Processes")
    if more := left_out(chapter.chain):
        word.add_paragraph(more)


def _processes(word: Word, chapter: Chapter) -> None:
    word.add_heading("Processes", 2)
    rows = []
    for branch, depth in chapter.tree:
        process = branch.process
        digest = next((process.hashes[name] for name in ("SHA256", "SHA1", "MD5")
                       if name in process.hashes), "")  # fmt: skip
        guess = f" ({GUESSED})" if process.parent_is_guess else ""
        rows.append((
            moment(process.start or "not recorded"),
            "\u00b7 " * min(depth, 12) + name_of(process) + guess,
            "" if process.pid is None else str(process.pid),
            process.host,
            " ".join(part for part in (process.user, process.integrity) if part),
            process.role,
            process.command_line or process.image or "",
            digest,
        ))  # fmt: skip
    _table(
        word,
        ("start", "process", "pid", "host", "account, integrity", "part", "command line", "hash"),
        (3.4, 3.6, 1.1, 2.8, 2.8, 2, 6.7, 3.3),
        rows,
    )


def _timeline(word: Word, chapter: Chapter, told: Case) -> None:
    word.add_heading("Timeline", 2)
    _table(
        word,
        ("time", "host", "pid", "account", "what happened", "record"),
        (3.4, 3.2, 1.2, 2.8, 10.7, 4.4),
        (
            (
                moment(each.time),
                each.host or "",
                "" if each.pid is None else str(each.pid),
                each.user or "",
                each.message,
                "" if each.source is None else told.record(each.source, each.record or 0),
            )
            for each in chapter.moments
        ),
    )


def _hit(hit: DetectionHit, told: Case) -> tuple[str, ...]:
    pid = "" if hit.pid is None else f" (pid {hit.pid})"
    return (
        moment(hit.time),
        hit.detection,
        str(hit.risk),
        ", ".join(hit.attack),
        hit.host,
        f"{hit.image or 'unknown program'}{pid}",
        hit.user or "",
        "; ".join(f"{name}: {value}" for name, value in hit.fields.items()),
        ", also ".join(told.records(hit)),
    )


def _indicators(word: Word, chapter: Chapter, told: Case) -> None:
    word.add_heading("Indicators", 2)
    word.add_paragraph(
        "What the attack brought, to look for elsewhere. Names and addresses are written with [.],"
        " that nothing makes links of them; --iocs writes them as they are."
    )
    _table(
        word,
        ("kind", "value", "why", "hashes", "first seen", "record"),
        (1.6, 8, 4, 5.5, 3.4, 3.2),
        (
            (
                one.kind,
                defanged(one) + (f" = {one.data}" if one.data is not None else ""),
                one.why,
                "; ".join(f"{name} {digest}" for name, digest in one.hashes.items()),
                moment(one.first_seen),
                told.record(one.source, one.record) if one.source else "",
            )
            for one in chapter.indicators
        ),
    )


def _inputs(word: Word, told: Case) -> None:
    word.add_heading("What was read", 1).paragraph_format.page_break_before = True
    _table(
        word,
        ("input", "called above", "format", "records", "used", "ignored", "rejected"),
        (10.2, 4, 2.5, 2.3, 2.3, 2.2, 2.2),
        (
            (
                entry.source,
                told.short.get(entry.source, entry.source),
                entry.kind or entry.format,
                *(f"{count:,}" for count in (entry.records, entry.events, entry.ignored)),
                f"{entry.rejected:,}",
            )
            for entry in told.inputs
        ),
    )


# -- paragraphs and tables -----------------------------------------------------------------------


def _line(text: str) -> str:
    return terminal(text, LONG)


def _bullets(word: Word, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        word.add_paragraph(_line(sentence), "List Bullet")


def _sentence(word: Word, sentence: Sentence, told: Case, style: str | None = None) -> None:
    paragraph = word.add_paragraph(style=style)
    for part in sentence.parts:
        run = paragraph.add_run(_line(part.text))
        match _STYLES.get(part.kind):
            case "bold":
                run.bold = True
            case "italic":
                run.italic = True
            case "mono":
                run.font.name, run.font.size = "Consolas", Pt(9)
    if sentence.references:
        shown = ", ".join(told.record(*each) for each in sentence.references)
        run = paragraph.add_run(f"  {_line(shown)}")
        run.font.size, run.font.color.rgb = _SMALL, _DIM


def _table(
    word: Word,
    columns: Sequence[str],
    widths: Sequence[float],
    rows: Iterable[Sequence[str]],
) -> None:
    """A table whose first row stands on every page.

    Args:
        word: the document.
        columns: their names.
        widths: in centimetres, `WIDTH` together.
        rows: their texts, unescaped.
    """
    table = word.add_table(1, len(columns), "Light Grid Accent 1")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for width, cell, name in zip(widths, table.rows[0].cells, columns, strict=True):
        _fill(cell, name, width, bold=True)
    heading = OxmlElement("w:tblHeader")
    heading.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(heading)
    for row in rows:
        for width, cell, text in zip(widths, table.add_row().cells, row, strict=True):
            _fill(cell, text, width)
    word.add_paragraph()


def _fill(cell: _Cell, text: str, width: float, *, bold: bool = False) -> None:
    cell.width = Cm(width)
    run = cell.paragraphs[0].add_run(_line(text))
    run.font.size, run.bold = _SMALL, bold
