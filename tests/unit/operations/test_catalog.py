"""The catalog: each name loads its own operation, and asking for one loads no other."""

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from workcell.operations import catalog

ROOT = Path(__file__).resolve().parents[3]
LOADERS = list(dict.fromkeys(catalog.OPERATIONS.values()))


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
def test_all_that_a_loader_brings_can_be_asked_for_and_nothing_else_leads_to_it(loader):
    assert set(loader()) == {name for name, known in catalog.OPERATIONS.items() if known is loader}


def test_no_two_operations_are_the_same_but_the_list_and_its_live_view():
    by_function = {}
    for name, loader in catalog.OPERATIONS.items():
        by_function.setdefault(loader()[name].perform, []).append(name)
    assert [names for names in by_function.values() if len(names) > 1] == [["ls", "top"]]


def test_every_document_of_an_operation_has_one_name():
    for name, loader in catalog.OPERATIONS.items():
        for kind, schema in loader()[name].results.items():
            assert schema.replace("-", "").isalnum() and schema.islower(), (name, kind)


def test_the_catalog_itself_imports_no_operation():
    tree = ast.parse(inspect.getsource(catalog))
    found = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert found == {"collections.abc", "workcell.operations", "workcell.operations.operation"}


def test_asking_for_one_operation_loads_no_other():
    program = (
        "import json, sys; from workcell.operations import catalog; catalog.OPERATIONS['ls']();"
        "print(json.dumps(sorted(one for one in sys.modules if one.startswith('workcell.'))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(json.loads(ran.stdout))
    assert "workcell.views.ls" in loaded
    assert not loaded & {
        "workcell.launch.launch",
        "workcell.upkeep.doctor",
        "workcell.watch.tick",
        "workcell.finish.finish",
    }
