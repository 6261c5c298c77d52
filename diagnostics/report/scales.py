"""Names of the échelons that fit a column."""

from __future__ import annotations

from diagnostics.domain.vocabulary import TerritorialScale

_SHORT = {
    TerritorialScale.MUNICIPALITY: "Quartier, commune",
    TerritorialScale.EPCI: "Communauté de communes",
    TerritorialScale.EPCI_URBAN: "Agglomération, métropole",
}


def short_scale(scale: TerritorialScale) -> str:
    """Return a name of an échelon that fits a column."""
    return _SHORT.get(scale, scale.label)
