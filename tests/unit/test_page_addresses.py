"""``{% url %}`` writes what Django's own writes, whatever it is given."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.template import Context, Template, engines
from django.template.base import Parser, Token, TokenType
from django.template.defaulttags import url as django_url
from django.urls import NoReverseMatch, get_script_prefix, set_script_prefix

from diagnostics.domain.vocabulary import StepKey
from diagnostics.templatetags.addresses import AddressNode

ONE, OTHER = uuid4(), uuid4()


def written(view: str, *args: object) -> str:
    names = [f"arg{place}" for place in range(len(args))]
    page = Context(dict(zip(names, args, strict=True)))
    return Template(f"{{% url '{view}' {' '.join(names)} %}}").render(page)


def written_by_django(view: str, *args: object) -> str:
    names = [f"arg{place}" for place in range(len(args))]
    engine = engines["django"].engine
    parser = Parser([], engine.template_libraries, engine.template_builtins)
    token = Token(TokenType.BLOCK, f"url '{view}' {' '.join(names)}")
    return str(django_url(parser, token).render(Context(dict(zip(names, args, strict=True)))))


@pytest.fixture
def under_a_path() -> Iterator[None]:
    before = get_script_prefix()
    set_script_prefix("/outils/l'ambition/")
    yield
    set_script_prefix(before)


ADDRESSES: list[tuple[str, tuple[object, ...]]] = [
    ("start", ()),
    ("diagnostic_home", (ONE,)),
    ("diagnostic_home", (OTHER,)),
    ("diagnostic_home", (str(ONE),)),
    ("diagnostic_step", (ONE, StepKey.VISION)),
    ("diagnostic_step", (OTHER, "vision")),
    ("invitation_accept", ("a{}b & 'c' <é>{0}%",)),
    ("account_reset_password_from_key", ("1", "2")),
    ("account_reset_password_from_key", (1, 2)),
    ("admin:index", ()),
]


@pytest.mark.parametrize(("view", "args"), ADDRESSES)
def test_an_address_is_what_django_writes(view: str, args: tuple[object, ...]):
    for _ in range(2):
        assert written(view, *args) == written_by_django(view, *args)


def test_a_site_under_a_path_has_other_addresses(under_a_path: None):
    assert written("diagnostic_home", ONE) == written_by_django("diagnostic_home", ONE)
    assert written("diagnostic_home", ONE).startswith("/outils/l&#x27;ambition/")


@pytest.mark.parametrize(
    ("view", "args"),
    [("nowhere", ()), ("diagnostic_home", ()), ("diagnostic_home", (None,)), ("start", (ONE,))],
)
def test_there_is_no_such_address(view: str, args: tuple[object, ...]):
    with pytest.raises(NoReverseMatch):
        written(view, *args)


def test_those_with_names_are_django_s_own():
    page = Template(
        "{% url 'diagnostic_home' pk as here %}[{{ here }}]{% url 'nowhere' as there %}"
    )
    assert page.render(Context({"pk": ONE})) == f"[{written('diagnostic_home', ONE)}]"
    named = Template("{% url 'diagnostic_home' pk=pk %}")
    assert named.render(Context({"pk": OTHER})) == written("diagnostic_home", OTHER)


def test_an_address_is_worked_out_once(monkeypatch: pytest.MonkeyPatch):
    node = Template("{% url 'diagnostic_step' pk step %}").nodelist[0]
    assert isinstance(node, AddressNode)
    node.render(Context({"pk": ONE, "step": "vision"}))
    monkeypatch.setattr("diagnostics.templatetags.addresses.reverse", None)
    assert node.render(Context({"pk": UUID(int=7), "step": "vision"})) == (
        "/diagnostics/00000000-0000-0000-0000-000000000007/etapes/vision/"
    )
