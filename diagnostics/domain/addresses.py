"""E-mail addresses: one spelling per address, and lists of them as people paste them.

Pure: whether an address is well formed in every detail is the forms' validator to say.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from diagnostics.domain.reading import read_text

# --- One spelling -----------------------------------------------------------------------------------

ACE = "xn--"  # what begins a label of other letters, in the ASCII that mail servers know
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # full stops that Unicode's rules read as a dot
_AT = re.compile("[\uff20\ufe6b]")


def normalise_address(typed: str) -> str:
    """Return the one spelling under which an address is kept and compared.

    In lower case, its domain in ASCII (IDN): « Ref@EXÄMPLE.example » is
    « ref@xn--exmple-cua.example », which is what some browsers send. Normalising twice changes nothing
    more; what is no address comes back, for the form to refuse.
    """
    text = _AT.sub("@", read_text(typed)).strip()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    domain = _DOTS.sub(".", unicodedata.normalize("NFKC", domain))
    # Only a domain has other letters than ASCII's: the form refuses them elsewhere.
    local = local.lower() if local.isascii() else local
    return local + at + ".".join(_ascii_label(label) for label in domain.split(".")).rstrip(".")


def _ascii_label(label: str) -> str:
    """Return a label of a domain in ASCII, as browsers do (UTS 46, not transitional): Python's own
    codec makes « strasse » of « straße », which is the domain of somebody else."""
    if label.isascii():
        return label.lower()
    # Letter by letter: the lower case of a whole word makes another letter of a final Σ.
    letters = unicodedata.normalize("NFKC", "".join(letter.lower() for letter in label))
    return letters if letters.isascii() else ACE + letters.encode("punycode").decode("ascii")


def readable_address(address: str) -> str:
    """Return an address as people write it, for pages: « ref@exämple.example ».

    A label that is not of Latin letters alone stays in ASCII: a Cyrillic « а » reads like an a.
    """
    local, at, domain = address.rpartition("@")
    return local + at + ".".join(_readable_label(label) for label in domain.split("."))


def _readable_label(label: str) -> str:
    if not label.startswith(ACE):
        return label
    try:
        letters = label.removeprefix(ACE).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    is_latin = all(
        letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ") for letter in letters
    )
    return letters if is_latin and _ascii_label(letters) == label else label


# --- Lists ------------------------------------------------------------------------------------------

# What stands around an address: quotes of every kind, brackets, the end of a sentence, bullets.
_AROUND = " \t.,;:!?…\"'`´‘’‚“”„«»‹›()[]{}<>|*•·–—-\u00a0\u202f"
_QUOTED_NAME = re.compile(r"[\"“”„«][^\"“”„«»\n<>]*[\"“”»](?=\s*<)")
_NAMED = re.compile(r"[^,;\t\n<>]*<([^<>\n]*@[^<>\n]*)>")
# Stand around an address that was in brackets; twice before one that had a name there. No text holds them.
_NAME_DROPPED, _END = "\x02", "\x03"
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_QUERY = re.compile(r"\?(?:subject|body|cc|bcc)=\S*", re.IGNORECASE)
# « À: », « Cc: » of a message's head, written close: a local part holds no colon.
_HEAD_WORD = re.compile(r"^[^\W\d_]{1,10}:")
_APOSTROPHES = str.maketrans("‘’", "''")
_HEADING = re.compile(
    r"noms?|prénoms?|nom et prénom|adresses?|(adresses? )?(e-?)?mails?|courriels?", re.IGNORECASE
)


@dataclass(frozen=True)
class PastedAddress:
    """A piece of a pasted list: ``address`` is normalised; ``problem`` says why it is none."""

    typed: str
    address: str = ""
    problem: str = ""


def read_addresses(pasted: str) -> list[PastedAddress]:
    """Return the addresses of a list as mail programs, spreadsheets and people write it.

    Separated by commas, semicolons, spaces, tabs or line ends; the people's names, quotes, « mailto: »,
    full stops and invisible marks are dropped. An address written twice comes once. What has no address
    and is not the name beside one comes with a problem, in French.
    """
    text = _AT.sub("@", read_text(pasted))
    text = _QUOTED_NAME.sub(_NAME_DROPPED, _QUERY.sub("", _MAILTO.sub(" ", text)))
    found: dict[str, PastedAddress] = {}
    for line in _NAMED.sub(_without_name, text).split("\n"):
        for piece in _read_line(line):
            found.setdefault(piece.address or piece.typed, piece)
    return list(found.values())


def _without_name(found: re.Match[str]) -> str:
    name = found[0].partition("<")[0].strip(_AROUND)
    has_one = bool(name) and "@" not in name  # « a@b.fr<mailto:a@b.fr> » has none
    return f"{_NAME_DROPPED * (1 + has_one)}{found[1]}{_END}"


def _read_line(line: str) -> list[PastedAddress]:
    cells = [cell for cell in re.split(r"[;\t]", line) if cell.strip(_AROUND + _END)]
    holding = [cell for cell in cells if "@" in cell]
    if not holding and all(_HEADING.fullmatch(cell.strip(_AROUND)) for cell in cells):
        return []
    # A row of a table: the other cells are the person's names. But an address that had its name is of a
    # list, where the other cells are other people.
    if len(holding) == 1 and ("\t" in line or _NAME_DROPPED * 2 not in holding[0]):
        cells = holding
    return [piece for cell in cells for piece in _read_list(cell)]


def _read_list(cell: str) -> list[PastedAddress]:
    """Read « Jeanne <j@x.fr> (présidente), Paul <p@x.fr> »: what follows a bracket until a comma is said
    of that person."""
    first, *following = cell.split(_END)
    pieces = _read_cell(first)
    for part in following:
        pieces += _read_cell(part if "@" in part else part.partition(",")[2])
    return pieces


def _read_cell(cell: str) -> list[PastedAddress]:
    """Read addresses with commas between them; « Martin, Jeanne <j@x.fr> » is one."""
    parts = [part for part in cell.split(",") if part.strip(_AROUND)]
    is_one = sum("@" in part for part in parts) == 1
    pieces: list[PastedAddress] = []
    for part, *following in (parts[place:] for place in range(len(parts))):
        if "@" in part:
            pieces += _read_words(part.replace(_NAME_DROPPED, " "))
            continue
        named = next((other for other in following if "@" in other), "")
        if not is_one and not named.lstrip().startswith(_NAME_DROPPED):
            pieces.append(_refused(part, "Il n’y a pas d’adresse ici."))
    return pieces


def _read_words(text: str) -> list[PastedAddress]:
    """Read the addresses of a text with spaces; its other words are a name."""
    words = [word.strip(_AROUND) for word in text.split() if "@" in word]
    if any(word.startswith("@") or word.endswith("@") for word in words):
        is_cut = re.search(r"\w\s+@|@\s+\w", text)
        return [_refused(text, _IN_TWO if is_cut else _INCOMPLETE)]
    return [_read_word(word) for word in words]


def _read_word(word: str) -> PastedAddress:
    address = normalise_address(_HEAD_WORD.sub("", word).translate(_APOSTROPHES))
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        return _refused(word, _ACCENT)
    if "." not in domain:
        return _refused(word, _INCOMPLETE)
    return PastedAddress(word, address)


def _refused(typed: str, problem: str) -> PastedAddress:
    return PastedAddress(typed.strip(_AROUND), problem=problem)


_IN_TWO = "Une espace coupe l’adresse en deux\u00a0: écrivez-la d’un seul tenant."
_INCOMPLETE = "L’adresse n’est pas complète\u00a0: écrivez par exemple prenom@exemple.fr."
_ACCENT = "Une adresse n’a pas d’accent avant l’@."
