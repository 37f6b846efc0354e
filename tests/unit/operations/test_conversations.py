"""The operations on conversations are a part of the catalog."""

from workcell.operations import catalog, conversations


def test_each_of_them_loads_its_operation() -> None:
    for name, load in conversations.OPERATIONS.items():
        assert catalog.OPERATIONS[name] is load and set(load()) == {name}
