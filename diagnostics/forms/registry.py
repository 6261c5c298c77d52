"""The form of each step."""

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.accompaniment_scope import AccompanimentScopeForm
from diagnostics.forms.activities import ActivitiesForm
from diagnostics.forms.alliances import AlliancesForm
from diagnostics.forms.base import StepForm
from diagnostics.forms.board_decisions import BoardDecisionsForm
from diagnostics.forms.economic_model import EconomicModelForm
from diagnostics.forms.objectives import ObjectivesForm
from diagnostics.forms.organisation import OrganisationForm
from diagnostics.forms.positioning import PositioningForm
from diagnostics.forms.roles import RolesForm
from diagnostics.forms.territorial_scales import TerritorialScalesForm
from diagnostics.forms.vision import VisionForm

STEP_FORMS: dict[StepKey, type[StepForm]] = {
    form.step: form
    for form in (
        VisionForm,
        RolesForm,
        ObjectivesForm,
        PositioningForm,
        ActivitiesForm,
        AccompanimentScopeForm,
        TerritorialScalesForm,
        EconomicModelForm,
        AlliancesForm,
        OrganisationForm,
        BoardDecisionsForm,
    )
}
