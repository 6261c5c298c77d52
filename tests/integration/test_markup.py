"""Whatever people typed is text on every page, and no page asks for what the content policy refuses.

What is typed into answers is followed into papers by ``test_report_canaries`` and ``test_reports``, into
mails by ``test_workflow_mails``; here it is everything else that is stored, on every page of the site.
"""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.urls import reverse

from diagnostics.domain.vocabulary import State
from tests.routes import ROUTES
from tests.scene import Scene, make_scene
from tests.talking import say

pytestmark = pytest.mark.django_db

# It would end an attribute and begin an element, if it were taken for markup anywhere.
CANARY = "\"'><canari canari=1>"
# Written by the application, read by it.
NOT_TYPED = {
    "key",
    "password",
    "portfolio_view",
    "email",
    "address",
    "sha256",
    "fingerprint",
    "token",
    "rule",
    "rule_id",
    "row",
    "rows",
    "page",
    "kind",
    "field",
    "place",
    "texts",
    "search_text",
    "number",
    "slug",
}
OURS = ("/", "#", "?", "data:image/")
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "use": "href"}


class Reader(HTMLParser):
    """What a page has that its content policy refuses, or that somebody typed as markup."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "canari" or any("canari" in name for name in values):
            self.wrong.append(f"typed: <{tag} {values}>")
        if tag == "style" or "style" in values or any(name.startswith("on") for name in values):
            self.wrong.append(f"inline: <{tag} {values}>")
        if tag == "script" and "src" not in values and values.get("type") != "application/json":
            self.wrong.append("an inline script")
        loaded = values.get(LOADED.get(tag, ""))
        if loaded is not None and not loaded.startswith(OURS):
            self.wrong.append(f"elsewhere: <{tag} {loaded}>")
        leads = values.get("href") or values.get("action") or ""
        if leads.lower().lstrip().startswith(("javascript:", "data:", "vbscript:")):
            self.wrong.append(f"a link that runs: {leads}")


def type_everywhere() -> set[str]:
    """Put the canary into every text that is stored and that people may type; tell into which."""
    typed = set()
    for model in apps.get_app_config("diagnostics").get_models():
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField)
            if not is_text or field.choices or field.name in NOT_TYPED or field.primary_key:
                continue
            if field.max_length and field.max_length < len(CANARY):
                continue
            try:
                with transaction.atomic():
                    for pk in model._base_manager.values_list("pk", flat=True):
                        changes = {field.name: f"{CANARY}{pk}"[: field.max_length]}
                        model._base_manager.filter(pk=pk).update(**changes)
                        typed.add(f"{model.__name__}.{field.name}")
            except DatabaseError:  # history is never altered, codes are those that are known
                continue
    return typed


def pages(scene: Scene, role: str) -> list[tuple[str, str]]:
    """Every page that a person may read, with its address."""
    client, found = scene.client(role), []
    addresses = [
        route.address(scene)
        for route in ROUTES
        if route.expected("get")[role] == 200 and route.state in {State.DRAFT, State.SUBMITTED}
    ]
    if role == "staff":
        addresses += ["/administration/"]
        for model in ("user", "structure"):
            addresses.append(reverse(f"admin:diagnostics_{model}_changelist"))
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found.append((address, answer.content.decode()))
    return found


def test_what_was_typed_is_text_on_every_page(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    say(scene, step=None)
    typed = type_everywhere()
    assert {
        "Structure.name",
        "Structure.territory",
        "Diagnostic.title",
        "User.name",
        "Message.text",
        "Answer.internal_note",
        "Answer.board_question",
    } <= typed
    wrong, told = [], 0
    for role in ("lead", "reader", "facilitator", "staff"):
        for address, html in pages(scene, role):
            told += "&lt;canari" in html
            wrong += [(role, address, *found) for found in [Reader(html).wrong] if found]
    assert wrong == []
    assert told > 60  # or nothing would have been looked at


def test_it_would_be_seen():
    assert Reader(f'<p title="{CANARY}">').wrong != []
    assert Reader(f"<p>{CANARY}</p>").wrong != []
    for page in ("<p style='x'>", "<a onclick=x>", "<script>1</script>", "<a href=javascript:1>"):
        assert len(Reader(page).wrong) == 1, page
    assert len(Reader("<img src=https://ailleurs.example/>").wrong) == 1
    assert Reader('<p title="&quot;&gt;&lt;canari">a</p><script src="/x.js"></script>').wrong == []
