"""A shipped adapter is put into a home, and what is still to be filled in is said."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import NotFound, Refused
from workcell.channels import added
from workcell.channels.to import registry
from workcell.texts import adapter


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    return str(tmp_path / "home")


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_kind_can_be_added_and_is_well(home, kind):
    made = added.add(home, kind)
    found = adapter.load(made.file)
    assert found.uses == kind and found.enabled is (made.to_do == [])
    assert all(secret.how == "file" for secret in found.secrets.values()), "what a timer has, too"
    assert os.stat(made.file).st_mode & 0o777 == 0o600


def test_it_says_what_to_fill_in(home):
    said = "\n".join(added.add(home, "telegram").to_do)
    assert "fill in chat:" in said and "write the token into ~/.secrets/telegram" in said
    assert said.endswith("set enabled: true")
    secret = Path(os.environ["HOME"], ".secrets", "slack")
    secret.parent.mkdir()
    secret.write_text("x")
    assert added.add(home, "slack").to_do == [], "its secret is there: nothing is missing, and it is on"


def test_a_file_of_the_person_is_never_replaced(home):
    made = added.add(home, "webhook")
    Path(made.file).write_text("mine")
    with pytest.raises(Refused, match="is there already"):
        added.add(home, "webhook")
    assert Path(made.file).read_text() == "mine"


def test_an_adapter_is_found_by_its_name_also_with_faults(home):
    folder = Path(home, "adapters")
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("name: phone\nuses: desktop\nevents: all\n")
    (folder / "b.yaml").write_text("name: b\nuses: pigeon\n")
    assert added.find(home, "phone").path == str(folder / "a.yaml")
    assert added.find(home, "b").path == str(folder / "b.yaml")
    assert added.find(home, "telegram").path.endswith("adapters/telegram.yaml")
    with pytest.raises(NotFound, match="known:"):
        added.find(home, "nobody")
