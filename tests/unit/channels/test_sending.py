"""Which adapters a sender reads."""

from pathlib import Path

from workcell.channels import sending


def test_shipped_adapters_are_off_and_known_by_the_names_of_their_files(tmp_path):
    """So a sender need not read them."""
    whole, short = (sending.adapters(str(tmp_path), whole=whole).usable for whole in (True, False))
    assert [one.name for one in short] == [one.name for one in whole] == [Path(one.file).stem for one in whole]
    assert whole and not any(one.enabled for one in [*whole, *short])


def test_an_adapter_of_the_home_is_read_by_a_sender(tmp_path):
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters/ntfy.yaml").write_text(
        "name: ntfy\nuses: ntfy\nenabled: true\nevents: all\ntopic: {env: TOPIC}\n"
    )
    (tmp_path / "adapters/wrong.yaml").write_text("name: [\n")
    shelf = sending.adapters(str(tmp_path), whole=False)
    assert [one.name for one in shelf.usable if one.enabled] == ["ntfy"]
    assert shelf.broken == ["wrong"]
