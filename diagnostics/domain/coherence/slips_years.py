"""S13, S14, S16: a date or a year that the period of the diagnostic does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.coherence.case import Case
from diagnostics.domain.coherence.findings import FieldLink, Severity
from diagnostics.domain.coherence.registry import Found, rule
from diagnostics.domain.vocabulary import EDITABLE_STATES, ActivityState, StepKey
from diagnostics.typography import APOSTROPHE, NBSP, french_date, quoted

_YEAR_OF_TITLE = re.compile(r"(?<!\d)20\d\d(?!\d)")


def _is_out(case: Case, year: int) -> bool:
    """Tell whether a year is out of the period; what began in the year before N is within."""
    return year + 1 < case.card.base_year or year > case.card.target_year


def _period(case: Case) -> str:
    return f"{case.card.base_year}–{case.card.target_year}"


@rule(
    "S13",
    Severity.ATTENTION,
    StepKey.BOARD_DECISIONS,
    title="La date du conseil",
    why="Le document se prépare pour une séance du conseil\u00a0: sa date est dans la période, elle "
    "est à venir tant que l’on travaille, et les ateliers la précèdent.",
)
def board_date_in_question(case: Case) -> Iterator[Found]:
    """S13: the board's date is out of the period; or, while one works, past or before a workshop."""
    board = case.card.board_date
    if board is None:
        return
    day = french_date(board)
    is_open = case.card.state in EDITABLE_STATES
    late = sorted(w.date for w in case.card.workshops if w.date is not None and w.date > board)
    if _is_out(case, board.year) and not case.told("S12"):
        message = f"Le conseil du {day} sort de {_period(case)}."
        facts: tuple[object, ...] = ("out", board, _period(case))
    elif is_open and case.today is not None and board < case.today:
        message = f"Le conseil du {day} est passé{NBSP}: quelle est la prochaine séance\u202f?"
        facts = ("past", board)
    elif is_open and late:
        message = f"Un atelier ({french_date(late[0])}) suit le conseil du {day}."
        facts = ("workshop", late[0], board)
    else:
        return
    yield Found(message, facts=facts, links=(FieldLink(None, "board_date"),))


@rule(
    "S14",
    Severity.ATTENTION,
    StepKey.ACTIVITIES,
    StepKey.ALLIANCES,
    title="Une année qui contredit sa ligne",
    why="Ce qui est à créer démarre dans la période du diagnostic, ce qui existe a déjà démarré, et "
    "un acteur à approcher l’est d’ici l’horizon.",
)
def year_against_its_row(case: Case) -> Iterator[Found]:
    """S14: an activity or an actor whose year is not that of its state."""
    if case.told("S12"):
        return
    for index, activity in case.activities:
        start, state = activity.start_year, activity.state
        if start is None or state is None:
            continue
        is_late = start > case.card.target_year
        if state is ActivityState.TO_CREATE and _is_out(case, start):
            told = "à créer"
        elif state is ActivityState.EXISTING and start > case.card.base_year:
            told, is_late = "existante", False
        else:
            continue
        name = ACTIVITIES.mention(activity, index + 1, article=f"L{APOSTROPHE}")
        why = f"hors de {_period(case)}" if is_late else f"alors qu’elle est {quoted(told)}"
        yield Found(
            f"{name}{NBSP}: démarrage {start}, {why}.",
            rows=(activity.id,),
            facts=(start, state.value),
            links=(FieldLink(StepKey.ACTIVITIES, f"rows-{index}-start_year"),),
        )
    for index, ally in case.to_approach:
        if ally.horizon_year is not None and _is_out(case, ally.horizon_year):
            name = ALLIES.mention(ally, index + 1, article=f"L{APOSTROPHE}")
            yield Found(
                f"{name}{NBSP}: échéance {ally.horizon_year}, hors de {_period(case)}.",
                rows=(ally.id,),
                facts=(ally.horizon_year,),
                links=(FieldLink(StepKey.ALLIANCES, f"rows-{index}-horizon_year"),),
                step=StepKey.ALLIANCES,
            )


@rule(
    "S16",
    Severity.INFO,
    StepKey.BOARD_DECISIONS,
    title="Les années du titre",
    why="Le titre s’imprime en couverture. S’il dit d’autres années que le diagnostic, le conseil "
    "demandera lesquelles sont les bonnes.",
)
def title_of_another_period(case: Case) -> Iterator[Found]:
    """S16: two years in the title that are not N, then the horizon."""
    years = [int(year) for year in _YEAR_OF_TITLE.findall(case.card.title)]
    first, last = case.card.base_year, case.card.target_year
    if len(years) != 2 or years == [first, last] or case.told("S12"):
        return
    yield Found(
        f"Le titre dit {years[0]}–{years[1]}, le diagnostic {first}–{last}.",
        facts=(*years, first, last),
        links=(FieldLink(None, "title"), FieldLink(None, "base_year")),
    )
