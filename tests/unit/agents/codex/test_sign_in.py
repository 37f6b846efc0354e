"""Whether Codex can work before it is started."""

from pathlib import Path

from workcell.agents.codex import sign_in
from workcell.agents.protocol import Start


def finding(home: Path, **env: str) -> tuple[str, str]:
    [one] = sign_in.check(Start("codex", ("codex",), {"HOME": str(home), **env}, False))
    return one.level, one.words


def test_a_key_a_login_or_another_provider(tmp_path: Path) -> None:
    assert finding(tmp_path) == ("fail", "is not signed in")
    assert finding(tmp_path, CODEX_API_KEY="k") == ("ok", "signs in with CODEX_API_KEY")
    folder = tmp_path / ".codex"
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text('# model_provider = "x"\n')
    assert finding(tmp_path)[0] == "fail"
    config.write_text('model_provider = "mine"\n')
    assert finding(tmp_path) == ("ok", f"uses the model provider of {config}")
    (folder / "auth.json").touch()
    assert finding(tmp_path) == ("ok", f"is signed in ({folder})")
    assert finding(tmp_path, CODEX_HOME=str(tmp_path / "other"))[0] == "fail"


def test_a_configuration_that_is_no_text_names_no_provider(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfemodel_provider = 1")
    assert finding(tmp_path, CODEX_HOME=str(tmp_path))[0] == "fail"
