"""Reads that span models: the loaders of each object, and what the pages show."""

from diagnostics.queries.access import (
    LoadedDiagnostic,
    LoadedStructure,
    access_by,
    access_to,
    get_diagnostic,
    get_structure,
    role_of,
    team_access,
    what_is_asked_of,
)
from diagnostics.queries.comparing import (
    Compared,
    Comparing,
    OverTheYears,
    load_comparison,
    load_years,
    previous_document,
    stored_reasons,
)
from diagnostics.queries.conversation import (
    PendingRequest,
    open_counts,
    pending_requests,
)
from diagnostics.queries.documents import (
    Later,
    build_document,
    document_with_findings,
    findings_of,
    later_of,
    load_diagnostic_document,
    opinion_of,
    stored_acknowledgements,
    thresholds_of,
    with_answer,
)
from diagnostics.queries.history import (
    Change,
    History,
    change_between,
    load_history,
    read_removal,
    removed_row,
)
from diagnostics.queries.journal import Journal, load_journal, load_structure_journal
from diagnostics.queries.kit import kit_steps, load_kit_sheet, texts_of
from diagnostics.queries.merging import (
    Noted,
    Overtaken,
    noted_answer,
    past_answer,
    read_overtaken,
)
from diagnostics.queries.pages import (
    LoadedThread,
    load_check_page,
    load_home,
    load_thread,
)
from diagnostics.queries.portfolio import Portfolio, load_portfolio
from diagnostics.queries.portfolio_filters import facilitators
from diagnostics.queries.start import OwnDiagnostic, Start, load_start
from diagnostics.queries.steps import LoadedStep, StepContext, kept_texts, load_step
from diagnostics.queries.transitions import (
    ToAdopt,
    load_to_adopt,
)
from diagnostics.queries.versions import Submitted, get_version, read_version, versions_of

__all__ = [
    "Later",
    "later_of",
    "PendingRequest",
    "ToAdopt",
    "load_to_adopt",
    "open_counts",
    "pending_requests",
    "OwnDiagnostic",
    "Start",
    "load_start",
    "LoadedDiagnostic",
    "LoadedStructure",
    "access_by",
    "access_to",
    "what_is_asked_of",
    "role_of",
    "team_access",
    "get_diagnostic",
    "get_structure",
    "Submitted",
    "get_version",
    "read_version",
    "versions_of",
    "Compared",
    "Comparing",
    "OverTheYears",
    "load_comparison",
    "load_years",
    "previous_document",
    "stored_reasons",
    "build_document",
    "document_with_findings",
    "findings_of",
    "Later",
    "later_of",
    "load_diagnostic_document",
    "opinion_of",
    "stored_acknowledgements",
    "thresholds_of",
    "with_answer",
    "LoadedStep",
    "StepContext",
    "load_step",
    "kept_texts",
    "LoadedThread",
    "Change",
    "History",
    "change_between",
    "load_history",
    "Journal",
    "load_journal",
    "load_structure_journal",
    "noted_answer",
    "read_removal",
    "removed_row",
    "past_answer",
    "Noted",
    "Overtaken",
    "read_overtaken",
    "load_check_page",
    "load_home",
    "load_thread",
    "Portfolio",
    "load_portfolio",
    "facilitators",
    "load_kit_sheet",
    "kit_steps",
    "texts_of",
]
