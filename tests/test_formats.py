"""Whole reports as readers get them: every problem in every format, opened by the program it is meant for.

The problems are the shipped ones and those in ``problems/``: strides and fractions, channels in groups and
layers in a chain, and text that means something in every language that a report is written in.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from outside import missing

from symconv.cli import main
from symconv.problem import load, shipped
from symconv.render import FORMATS, USUAL

HERE = Path(__file__).parent
PROBLEMS = {name: name for name in shipped()} | {
    file.stem: str(file) for file in sorted((HERE / "problems").glob("*.toml"))
}
READABLE = ("mathml", "html", "md", "txt", "json")
"""The formats whose words can be read without a typesetter."""
WIDTHS = (390, 1280)
"""A phone and a screen, in CSS pixels."""
MATHML = "http://www.w3.org/1998/Math/MathML"
MATHML_DTD = Path("/usr/share/xml/w3c-sgml-lib/schema/dtd/REC-MathML3-20101021/mathml3.dtd")

Written = Mapping[str, Path]


def solve(problem: str, folder: Path) -> tuple[int, Written]:
    """The exit status of ``symconv solve`` and the file of every format."""
    status = main(["solve", problem, "--out", str(folder)])
    stem = Path(problem).stem
    return status, {name: folder / f"{stem}.{FORMATS[name].extension}" for name in USUAL}


def squeezed(text: str) -> str:
    """Without blanks, and with the letters that a typesetter composes taken apart, to compare what is read."""
    return re.sub(r"[\s│┃\u200b]", "", unicodedata.normalize("NFKC", text))


def words(name: str, text: str) -> str:
    """What somebody reads who opens a report in one of the ``READABLE`` formats."""
    from lxml import etree
    from lxml import html as lxml_html

    match name:
        case "mathml":
            return "".join(etree.fromstring(text.encode()).itertext())
        case "html":
            return str(lxml_html.document_fromstring(text.encode()).text_content())
        case "md":  # its escapes: backslashes, entities, dollars in a span of their own
            shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace("<span>$</span>", "$"))
            return html.unescape(shown)
        case "json":
            report = json.loads(text)
            sections = [section["title"] for section in report["sections"]]
            return "\n".join((report["title"], report["subtitle"], *sections, *_details(report)))
        case _:
            return text


def _details(report: Any) -> list[str]:
    return [f"{check['verdict']} ({check['method']}): {check['detail']}" for check in report["checks"]]


@pytest.fixture(scope="module", params=PROBLEMS)
def problem(request: pytest.FixtureRequest) -> str:
    """A problem's name or file."""
    return PROBLEMS[request.param]


@pytest.fixture(scope="module")
def written(problem: str, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The report of the problem in every format."""
    status, files = solve(problem, tmp_path_factory.mktemp("report"))
    assert status == 0
    return files


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The homework with one entry of one claim changed, in every format."""
    folder = tmp_path_factory.mktemp("wrong")
    status, files = solve(str(with_wrong_claim(folder)), folder)
    assert status == 1
    return files


CLAIM, WRONG_CLAIM = "[9, 17, 25, 16, 8]", "[9, 17, 24, 16, 8]"
COMPLAINT = "∂E/∂A[2,3]: claimed 24, derived 25 = 1·5 + 1·5 + 1·5 + 1·3 + 1·3 + 1·4."


def with_wrong_claim(folder: Path) -> Path:
    """The homework as a file, with the gradient's entry in row 2 and column 3 claimed to be 24."""
    import symconv.problem

    text = (Path(symconv.problem.__file__).parents[1] / "problems/ds-ga-1008-hw2.toml").read_text("utf-8")
    assert text.count(CLAIM) == 1
    file = folder / "wrong.toml"
    file.write_text(text.replace(CLAIM, WRONG_CLAIM), encoding="utf-8")
    return file


# --- every format ---


def test_every_format_is_written(written: Written) -> None:
    assert set(written) == set(USUAL)
    for file in written.values():
        text = file.read_bytes().decode("utf-8")
        assert len(text) > 1000
        assert text.endswith("\n")
        assert "\r" not in text


@pytest.mark.parametrize("name", READABLE)
def test_titles_and_ids_come_out_as_the_text_that_they_are(name: str, problem: str, written: Written) -> None:
    loaded = load(problem)
    shown = squeezed(words(name, written[name].read_text("utf-8")))
    for text in (loaded.title, loaded.subtitle, *(question.id for question in loaded.questions)):
        assert squeezed(text) in shown


@pytest.mark.parametrize("name", [name for name in READABLE if name != "json"])
def test_questions_and_notes_come_out_as_the_text_that_they_are(
    name: str, problem: str, written: Written
) -> None:
    shown = squeezed(words(name, written[name].read_text("utf-8")))
    for question in load(problem).questions:
        assert squeezed(question.text) in shown
        assert squeezed(question.notes) in shown


def test_json_says_that_every_check_passed(written: Written) -> None:
    report = json.loads(written["json"].read_text("utf-8"))
    assert report["verdict"] == "passed"
    assert {check["verdict"] for check in report["checks"]} == {"passed"}
    assert {section["verdict"] for section in report["sections"]} <= {"passed", None}


# --- the web page ---

# A formula in a closed <details> has no box, so all are opened first; one in what an explorer hides, as channels
# that are not chosen, has none by right. What may be wider than the page is only
# what scrolls by itself.
MEASURE = """
document.querySelectorAll('details').forEach(details => { details.open = true });
const formulas = [...document.querySelectorAll('math')].filter(math => math.closest('[hidden]') === null);
const scrolls = element => element !== null && element !== document.body &&
  (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
const wide = [...document.body.querySelectorAll('*:not(math *)')].filter(element => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.right > innerWidth + 1 && !scrolls(element.parentElement)
});
return {
  formulas: formulas.length,
  without_size: formulas.filter(math => {
    const box = math.getBoundingClientRect();
    return !(box.width > 0 && box.height > 0)
  }).map(math => math.outerHTML.slice(0, 200)),
  scroll_width: document.documentElement.scrollWidth,
  wide: wide.map(element => element.outerHTML.slice(0, 200)),
  requests: performance.getEntriesByType('resource').map(entry => entry.name),
  scripts_of_text: document.querySelectorAll('img[src="x"]').length,
}
"""


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_page_opens_without_error_and_fits(width: int, browser: Any, written: Written) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get_log("browser")  # what an earlier page left
    browser.get(written["html"].as_uri())
    page = browser.execute_script(MEASURE)
    assert browser.get_log("browser") == []
    assert page["formulas"] > 10
    assert page["without_size"] == []
    assert page["wide"] == []
    assert page["scroll_width"] <= width
    assert page["requests"] == []
    assert page["scripts_of_text"] == 0


@pytest.mark.browser
def test_a_page_that_does_not_fit_would_be_noticed(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "wide.html"
    file.write_text("<!DOCTYPE html><body><p style='width:5000px'>wide</p><math></math>", encoding="utf-8")
    browser.get(file.as_uri())
    page = browser.execute_script(MEASURE)
    assert len(page["wide"]) == 1
    assert len(page["without_size"]) == 1
    assert page["scroll_width"] >= 5000


# --- LaTeX ---


def complaints(log: str) -> list[str]:
    """What a LaTeX log says of boxes that stick out by more than 5 pt and of references that lead nowhere."""
    wide = [
        line
        for line in log.splitlines()
        if (found := re.match(r"Overfull \\hbox \((\d+\.?\d*)pt too wide\)", line)) and float(found[1]) > 5
    ]
    return wide + [line for line in log.splitlines() if "undefined" in line or "multiply defined" in line]


def test_a_log_with_faults_is_found_wanting() -> None:
    log = (
        "Overfull \\hbox (4.9pt too wide) in paragraph\nOverfull \\hbox (5.1pt too wide) detected\n"
        "LaTeX Warning: Reference `x' on page 1 undefined on input line 3.\n"
    )
    assert len(complaints(log)) == 2


def read_pdf(file: Path) -> str:
    """The text of a PDF, where there is a program that reads it."""
    program = shutil.which("pdftotext")
    if program is None:
        missing("pdftotext")
    run = subprocess.run([program, str(file), "-"], capture_output=True, check=True)
    return run.stdout.decode("utf-8")


@pytest.mark.tex
def test_article_compiles_without_wide_boxes_or_loose_ends(
    problem: str, written: Written, pdflatex: Callable[[str, Path], str], tmp_path: Path
) -> None:
    assert complaints(pdflatex(written["tex"].read_text("utf-8"), tmp_path)) == []
    shown = squeezed(read_pdf(tmp_path / "document.pdf"))
    assert squeezed(load(problem).title) in shown


@pytest.mark.tex
def test_fragment_compiles_in_an_article_of_ones_own(
    written: Written, pdflatex: Callable[[str, Path], str], tmp_path: Path
) -> None:
    fragment = written["fragment"].read_text("utf-8")
    packages = re.findall(r"\\usepackage(?:\[.*\])?\{.*?\}", fragment.partition("\\makeatletter")[0])
    assert packages  # its first lines say what it needs
    preamble = "\n".join(("\\documentclass{article}", *packages))
    log = pdflatex(f"{preamble}\n\\begin{{document}}\n{fragment}\n\\end{{document}}\n", tmp_path)
    assert "undefined" not in log


# --- MathML ---


@pytest.fixture(scope="module")
def dtd() -> Any:
    """The DTD of MathML 3, where it is installed."""
    from lxml import etree

    if not MATHML_DTD.exists():
        missing("the MathML 3 DTD")
    return etree.DTD(str(MATHML_DTD))


def formulas(text: str) -> list[Any]:
    """Every formula of an XML file as a tree of its own."""
    from lxml import etree

    page = etree.fromstring(text.encode())
    return [
        etree.fromstring(etree.tostring(math, with_tail=False)) for math in page.iter(f"{{{MATHML}}}math")
    ]


@pytest.mark.dtd
def test_formulas_are_valid_by_the_dtd_of_mathml(written: Written, dtd: Any) -> None:
    found = formulas(written["mathml"].read_text("utf-8"))
    assert len(found) > 10
    assert [str(dtd.error_log) for math in found if not dtd.validate(math)] == []


@pytest.mark.dtd
def test_dtd_refuses_what_is_no_mathml(dtd: Any) -> None:
    (math,) = formulas(f'<p><math xmlns="{MATHML}"><mfrac><mn>1</mn></mfrac></math></p>')
    assert not dtd.validate(math)


def test_formulas_leak_no_latex(written: Written) -> None:
    found = formulas(written["mathml"].read_text("utf-8"))
    leaked = [text for math in found for text in math.itertext() if "\\" in text or "$" in text]
    assert not leaked


# --- a claim that is wrong ---


def test_wrong_claim_is_status_1_and_its_sentence_comes_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = solve(str(with_wrong_claim(tmp_path)), tmp_path)
    first, *rest = capsys.readouterr().out.splitlines()
    assert status == 1
    assert first == f"failed: ∂E/∂A: {COMPLAINT}"
    assert re.match(r"[│|] 1\.1\(d\) ", rest[4])  # the first row of the table
    assert "failed" in rest[4]


@pytest.mark.parametrize("name", READABLE)
def test_wrong_claim_shows_as_failed_in_every_format(name: str, wrong: Written) -> None:
    shown = squeezed(words(name, wrong[name].read_text("utf-8")))
    assert squeezed(COMPLAINT) in shown
    assert "failed(claim)" in shown


@pytest.mark.parametrize("name", [name for name in READABLE if name != "json"])
def test_wrong_claim_stands_before_every_answer(name: str, wrong: Written) -> None:
    shown = squeezed(words(name, wrong[name].read_text("utf-8")))
    assert "NOTVERIFIED:1OF" in shown.upper()
    assert shown.index(squeezed(COMPLAINT)) < shown.index("1.1(a)")


@pytest.mark.tex
def test_wrong_claim_shows_as_failed_on_paper(
    wrong: Written, pdflatex: Callable[[str, Path], str], tmp_path: Path
) -> None:
    assert complaints(pdflatex(wrong["tex"].read_text("utf-8"), tmp_path)) == []
    shown = squeezed(read_pdf(tmp_path / "document.pdf"))
    assert shown.index(squeezed(COMPLAINT)) < shown.index("1.1(a)")
    assert "Notverified:1of" in shown


@pytest.mark.parametrize("name", ["tex", "fragment"])
def test_wrong_claim_is_marked_as_failed_in_latex(name: str, wrong: Written) -> None:
    body = wrong[name].read_text("utf-8").rpartition("\\makeatother")[2]
    assert "\\symconvcallout{failed}{Not verified: 1 of" in body
    assert "claimed 24, derived 25" in body
