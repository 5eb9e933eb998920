"""``fiches forms``: a blank is drafted, checked, drawn and listed."""

from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pipeline.cli import main
from pipeline.errors import ExitCode
from pipeline.forms.schema import load_form
from pipeline.paths import SHIPPED_FORM

_PT_PER_MM = 72 / 25.4
_NOTES = (
    "Les chèques sont à l'ordre de l'association. Aucune inscription par téléphone.",
    "Le règlement intérieur est remis à chaque adhérent, qui s'engage à le respecter.",
)
BLANK = SHIPPED_FORM / "blank.pdf"


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "en")


def blank(
    name: str = "Sortie d'été.pdf", *, asks: tuple[str, ...] = ("Nom :", "Zorglub :")
) -> Path:
    """A page that asks with a rule behind each label."""
    canvas = Canvas(name, pagesize=(210 * _PT_PER_MM, 297 * _PT_PER_MM))
    canvas.setFont("Helvetica", 11)
    canvas.drawString(15 * _PT_PER_MM, 280 * _PT_PER_MM, "Fiche d'inscription")
    for n, note in enumerate(_NOTES):
        canvas.drawString(15 * _PT_PER_MM, (30 - 6 * n) * _PT_PER_MM, note)
    for n, label in enumerate(asks):
        up = (260 - 12 * n) * _PT_PER_MM
        canvas.drawString(15 * _PT_PER_MM, up, label)
        canvas.line(45 * _PT_PER_MM, up, 150 * _PT_PER_MM, up)
    canvas.save()
    return Path(name)


def test_a_blank_is_drafted_into_a_folder_of_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = blank()
    assert main(["forms", "draft", str(file)]) == ExitCode.OK
    folder = Path("formulaires/sortie-d-ete")
    form = load_form(folder)
    assert [zone.type for zone in form.zones] == ["person", "text"]
    assert (folder / "blank.pdf").read_bytes() == file.read_bytes()
    told = capsys.readouterr()
    assert "zorglub" in told.out
    assert 'forms = ["formulaires"]' in told.err


def test_a_draft_has_the_id_and_the_folder_that_are_asked_for() -> None:
    assert main(["forms", "draft", str(BLANK), "--id", "ma-journee", "--out", "miens"]) == 0
    form = load_form(Path("miens/ma-journee"))
    assert form.id == "ma-journee"
    assert form.tariffs_cents == load_form(SHIPPED_FORM).tariffs_cents


def test_a_draft_goes_where_the_settings_say_forms_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["forms", "draft", str(blank()), "--id", "premier"])
    Path("fiches.toml").write_text('forms = ["formulaires"]\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["forms", "draft", str(blank()), "--id", "second"]) == ExitCode.OK
    assert load_form(Path("formulaires/second")).id == "second"
    assert "fiches.toml" not in capsys.readouterr().err


def test_a_form_that_is_there_is_never_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    main(["forms", "draft", str(blank()), "--id", "essai"])
    file = Path("formulaires/essai/form.toml")
    file.write_text(file.read_text("utf-8") + "# relu\n", "utf-8")
    assert main(["forms", "draft", str(blank()), "--id", "essai"]) == ExitCode.EXPORT
    assert file.read_text("utf-8").endswith("# relu\n")
    assert "--id" in capsys.readouterr().err


def test_a_page_without_a_place_is_no_blank(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forms", "draft", str(blank(asks=()))]) == ExitCode.INPUT
    assert "no place to write on" in capsys.readouterr().err
    assert not Path("formulaires").exists()


@pytest.mark.parametrize("what", ["draft", "check", "draw"])
def test_what_is_to_be_done_needs_something_to_do_it_with(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forms", what]) == ExitCode.INPUT
    assert what in capsys.readouterr().err


def test_a_blank_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forms", "draft", "nulle-part.pdf"]) == ExitCode.INPUT
    assert "nulle-part.pdf" in capsys.readouterr().err


def test_a_file_that_is_no_blank_is_refused() -> None:
    Path("notes.pdf").write_bytes(b"%PDF-1.7 abim\xe9")
    assert main(["forms", "draft", "notes.pdf"]) == ExitCode.INPUT


def test_a_check_tells_what_is_left_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    main(["forms", "draft", str(blank()), "--id", "essai"])
    capsys.readouterr()
    assert main(["forms", "check", "formulaires/essai"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "essai: no fault in 2 zones on 1 pages." in told
    assert "zorglub" in told
    file = Path("formulaires/essai/form.toml")
    kept = [line for line in file.read_text("utf-8").splitlines() if "À VÉRIFIER (" not in line]
    file.write_text("\n".join(kept) + "\n", "utf-8")
    assert main(["forms", "check", str(file)]) == ExitCode.OK
    assert "zorglub" not in capsys.readouterr().out


def test_a_check_tells_every_fault_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["forms", "draft", str(blank()), "--id", "essai"])
    file = Path("formulaires/essai/form.toml")
    file.write_text(file.read_text("utf-8").replace('type = "text"', 'type = "texte"'), "utf-8")
    assert main(["forms", "check", "formulaires/essai"]) == ExitCode.CONFIG
    assert "'texte' is not known" in capsys.readouterr().err


def test_a_folder_without_a_form_is_told() -> None:
    assert main(["forms", "check", "."]) == ExitCode.CONFIG


def test_a_form_is_drawn_page_by_page_doubtful_zones_in_red(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["forms", "draft", str(blank()), "--id", "essai"])
    capsys.readouterr()
    assert main(["forms", "draw", "formulaires/essai", "--out", "images"]) == ExitCode.OK
    assert capsys.readouterr().out.split() == ["images/zones-1.png"]
    with Image.open("images/zones-1.png") as picture:
        colours = {colour for _, colour in picture.getcolors(1 << 24) or ()}
        assert picture.width > 1000
    assert (205, 30, 30) in colours, "what nobody knows"
    assert (220, 140, 0) in colours, "a name alone"


def test_a_form_whose_zones_are_sure_is_drawn_in_green() -> None:
    assert main(["forms", "draw", str(SHIPPED_FORM), "--out", "images"]) == ExitCode.OK
    with Image.open("images/zones-2.png") as picture:
        colours = {colour for _, colour in picture.getcolors(1 << 24) or ()}
    assert (0, 130, 60) in colours
    assert (205, 30, 30) not in colours


def test_forms_are_listed_shipped_ones_and_own(capsys: pytest.CaptureFixture[str]) -> None:
    main(["forms", "draft", str(blank()), "--id", "essai"])
    Path("fiches.toml").write_text('forms = ["formulaires"]\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["forms", "list"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "essai" in told
    assert "mais-2018" in told


def test_another_word_is_wrong_usage() -> None:
    with pytest.raises(SystemExit) as left:
        main(["forms", "dessiner"])
    assert left.value.code == ExitCode.USAGE
