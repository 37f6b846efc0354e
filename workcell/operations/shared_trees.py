"""The operations on trees that runs share: a part of the catalog, loaded when asked for."""

from collections.abc import Callable

from workcell.operations.operation import Operation


def _claims() -> dict[str, Operation]:
    from workcell.together import claim
    from workcell.views import claims, others

    return {
        "claim": Operation(claim.Request, claim.perform, {claim.Result: "claim"}),
        "unclaim": Operation(claim.DropRequest, claim.perform_drop, {claim.Dropped: "unclaim"}),
        "claims": Operation(claims.Request, claims.perform, {claims.Result: "claims"}),
        "others": Operation(others.Request, others.perform, {others.Result: "others"}),
        "alone": Operation(others.Request, others.perform_alone, {others.Alone: "alone"}),
    }


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = dict.fromkeys(
    ("claim", "unclaim", "claims", "others", "alone"), _claims
)
