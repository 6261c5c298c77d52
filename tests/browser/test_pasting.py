"""Pasting a list for real: from the clipboard, by keyboard, taken back, and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.domain.answers import Activities, Activity
from diagnostics.domain.vocabulary import Mission, StepKey
from diagnostics.models import Answer, Diagnostic, KeptText
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, step_path, wait_until
from tests.browser.inspection import Inspector

pytestmark = pytest.mark.django_db(transaction=True)

TEN = [f"Activité numéro {n}" for n in range(1, 11)]
# What Word and Excel put on the clipboard, shortened.
WORD_LIST = {
    "text/plain": "".join(f"•\t{text}\r\n" for text in TEN),
    "text/html": "<html><body>"
    + "".join(
        f"<p class=MsoListParagraph><span>·<span>&nbsp;&nbsp; </span></span>{text}</p>"
        for text in TEN
    )
    + "</body></html>",
}
WORD_TABLE = {
    # A cell of two paragraphs is two lines of the plain text.
    "text/plain": "Activité\tÉtat\r\nForum\r\nannuel\tÀ créer\r\nClub\tExistante\r\n",
    "text/html": "<html><head><style>td {color: red}</style></head><body>"
    "<table border=1 style='border:none'><tr><td style='width:3cm'><p>Activité</p></td><td><p>État</p></td></tr>"
    "<tr><td><p>Forum</p>\n<p>annuel</p></td><td><p>À créer</p></td></tr>"
    "<tr><td><p>Club</p></td><td><p>Existante</p></td></tr></table></body></html>",
}
EXCEL = {
    "text/plain": 'Forum\tPrioritaire\t2027\r\n"Club\nmensuel"\tPlus tard\t2028\r\n',
    "text/html": "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body><table>"
    "<tr height=20><td>Forum</td><td>Prioritaire</td><td align=right>2027</td></tr>"
    "<tr><td>Club<br>\n  mensuel</td><td>Plus tard</td><td align=right>2028</td></tr></table></body></html>",
}


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    diagnostic, lead = a_diagnostic()
    rows = [Activity(id="a1", text="Avant"), Activity(id="a2", mission=Mission.RAISE_AWARENESS)]
    save_answer(diagnostic, Activities(rows=rows), internal_note="", base_revision=0, user=lead)
    return diagnostic


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    page = open_browser(diagnostic.created_by)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(step_path(diagnostic, "activities"))
    return page


def copy(page: Page, clipboard: dict[str, str]) -> None:
    """Put on the clipboard what another program would."""
    page.evaluate(
        """(formats) => navigator.clipboard.write([new ClipboardItem(Object.fromEntries(
        Object.entries(formats).map(([type, text]) => [type, new Blob([text], {type})])))])""",
        clipboard,
    )


def first_field(page: Page, row_id: str):
    """The first text field of a row, whatever the row looks like."""
    row = page.locator(f"[data-row]:has(> input[type=hidden][value={row_id}])")
    return row.locator("textarea, input[type=text]").first


def paste_with_looks(page: Page, clipboard: dict[str, str], row_id: str = "a2") -> None:
    """Paste what has looks of its own, which no page of ours may put on the clipboard."""
    first_field(page, row_id).evaluate(
        """(field, formats) => {
          const data = new DataTransfer();
          Object.entries(formats).forEach(([type, text]) => data.setData(type, text));
          field.focus();
          field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
          field.setRangeText(formats["text/plain"]);
          field.dispatchEvent(new Event("input", {bubbles: true}));
        }""",
        clipboard,
    )


def paste(page: Page, clipboard: dict[str, str], row_id: str = "a2") -> None:
    copy(page, clipboard)
    first_field(page, row_id).focus()
    page.keyboard.press("ControlOrMeta+v")


def stored() -> list[dict]:
    return Answer.objects.get(step="activities").value["rows"]


def texts() -> list[str]:
    return [row["text"] for row in stored()]


def test_ten_lines_from_word_by_keyboard_and_taken_back(page, diagnostic):
    paste(page, WORD_LIST)
    offer = page.get_by_role("button", name="Coller 10 lignes")
    expect(offer).to_be_visible()
    expect(page.locator("[data-live]")).to_contain_text("Coller 10 lignes")
    page.keyboard.press("Tab")
    expect(offer).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="10 lignes à ajouter")).to_be_focused()
    assert texts() == ["Avant", ""], "shown, not stored"
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ajouter les 10 lignes")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#colle")).to_contain_text("10 lignes ajoutées")
    expect(page.locator("#colle")).to_be_focused()
    assert texts() == ["Avant", *TEN]
    assert {row["mission"] for row in stored()[1:]} == {"raise_awareness"}
    expect(first_field(page, "a2")).to_have_value(TEN[0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("L’ajout est annulé.")).to_be_visible()
    assert texts() == ["Avant", ""]
    expect(page.locator("[data-row]")).to_have_count(2)


def test_the_text_stays_in_the_field_when_the_offer_is_left(page):
    paste(page, WORD_LIST)
    expect(page.get_by_role("button", name="Coller 10 lignes")).to_be_visible()
    expect(first_field(page, "a2")).to_have_value("\n".join(f"•\t{text}" for text in TEN) + "\n")
    page.keyboard.press("ControlOrMeta+z")
    expect(first_field(page, "a2")).to_have_value("")


def test_one_line_is_an_ordinary_paste(page):
    paste(page, {"text/plain": "Une activité"})
    expect(first_field(page, "a2")).to_have_value("Une activité")
    assert page.locator(".paste-offer").count() == 0


def test_lines_in_a_field_of_one_line_are_words_apart(page, diagnostic):
    page.goto(step_path(diagnostic, "alliances"))
    copy(page, {"text/plain": "CCI\r\nMEDEF\r\n"})
    field = page.locator("[data-row] input[type=text]").first
    field.focus()
    page.keyboard.press("ControlOrMeta+v")
    expect(field).to_have_value("CCI MEDEF")
    page.get_by_role("button", name="Coller 2 lignes").click()
    page.get_by_role("button", name="Ajouter les 2 lignes").click()
    expect(page.locator("#colle")).to_be_visible()
    rows = Answer.objects.get(step="alliances").value["rows"]
    assert [row["actor"] for row in rows] == ["CCI", "MEDEF"]


def test_what_was_typed_elsewhere_is_saved_before_leaving(page):
    first_field(page, "a1").fill("Avant, corrigé")
    paste(page, WORD_LIST)
    page.get_by_role("button", name="Coller 10 lignes").click()
    expect(page.get_by_role("heading", name="10 lignes à ajouter")).to_be_visible()
    assert texts() == ["Avant, corrigé", ""]
    assert not KeptText.objects.exists()


def test_cells_from_excel(page):
    paste(page, EXCEL)
    page.get_by_role("button", name="Coller 2 lignes").click()
    page.get_by_role("button", name="Ajouter les 2 lignes").click()
    expect(page.locator("#colle")).to_be_visible()
    found = [(row["text"], row["priority"], row["start_year"]) for row in stored()[1:]]
    assert found == [("Forum", 1, 2027), ("Club\nmensuel", 3, 2028)]


def test_a_table_from_word(page):
    paste_with_looks(page, WORD_TABLE)
    page.get_by_role("button", name="Coller 3 lignes").click()
    page.get_by_role("button", name="Ajouter les 2 lignes").click()
    expect(page.locator("#colle")).to_be_visible()
    found = [(row["text"], row["state"]) for row in stored()[1:]]
    assert found == [("Forum\nannuel", "to_create"), ("Club", "existing")]


def test_a_network_that_is_away_leaves_the_text(page):
    paste(page, WORD_LIST)
    page.context.set_offline(True)
    button = page.get_by_role("button", name="Coller 10 lignes")
    button.click()
    expect(button).to_be_enabled()
    expect(first_field(page, "a2")).to_have_value("\n".join(f"•\t{text}" for text in TEN) + "\n")
    page.context.set_offline(False)
    button.click()
    expect(page.get_by_role("heading", name="10 lignes à ajouter")).to_be_visible()


# What the server answers: tests/integration/test_pasting.py.
@pytest.mark.thorough
def test_without_javascript(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "activities"))
    page.get_by_role("link", name="Coller une liste").click()
    page.get_by_label("Votre liste").fill(
        "\n".join(f"{n}. {text}" for n, text in enumerate(TEN, 1))
    )
    page.get_by_label("Mission", exact=True).select_option("Sensibiliser")
    page.get_by_role("button", name="Voir ce qui sera ajouté").click()
    page.get_by_role("button", name="Ajouter les 10 lignes").click()
    expect(page.locator("#colle")).to_contain_text("10 lignes ajoutées")
    assert texts() == ["Avant", "", *TEN]
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("L’ajout est annulé.")).to_be_visible()
    assert texts() == ["Avant", ""]


@pytest.mark.thorough
def test_a_table_goes_out_and_comes_back_without_javascript(no_script, diagnostic, tmp_path):
    page = no_script(diagnostic.created_by)
    page.goto(f"{step_path(diagnostic, 'activities')}coller/")
    with page.expect_download() as download:
        page.get_by_role("link", name="en CSV").click()
    path = tmp_path / "tableau.csv"
    download.value.save_as(path)
    lines = path.read_bytes().decode("utf-8-sig").splitlines()
    lines[1] = lines[1].replace("Avant", "Après")
    lines.append("Lettre" + ";" * lines[0].count(";"))
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    page.get_by_label("Ou un tableau").set_input_files(path)
    page.get_by_role("button", name="Voir ce qui sera ajouté").click()
    page.get_by_role("button", name="Ajouter 1 ligne et en modifier 1").click()
    expect(page.locator("#colle")).to_contain_text("1 ligne ajoutée et 1 ligne modifiée")
    assert texts() == ["Après", "", "Lettre"]


@pytest.mark.thorough
def test_its_pages_are_accessible(page, diagnostic):
    address = f"{step_path(diagnostic, StepKey.ACTIVITIES)}coller/"
    inspector = Inspector(page)
    paste(page, WORD_LIST)
    expect(page.locator(".paste-offer")).to_be_visible()
    inspector.inspect("the offer")
    inspector.visit(address)
    text = "Activité\tDémarrage\tContact\tMission\nForum\tbientôt\tMme X\tBof\nClub\t27\t\t\nLettre\t2027\t\t"
    page.get_by_label("Votre liste").fill(text)
    page.get_by_role("button", name="Voir ce qui sera ajouté").click()
    expect(page.get_by_role("heading", name="3 lignes à ajouter")).to_be_visible()
    inspector.inspect("the preview")
    page.get_by_role("button", name="Ajouter les 3 lignes").click()
    expect(page.locator("#colle")).to_be_visible()
    inspector.inspect("what was added")
    wait_until(lambda: len(stored()) == 5, "the rows")
    assert inspector.problems == []
