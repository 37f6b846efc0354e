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


def test_a_provider_that_has_its_key_needs_no_login(tmp_path: Path) -> None:
    folder = tmp_path / ".codex"
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text('[model_providers.mine]\nenv_key = "MY_KEY"\n')
    assert finding(tmp_path)[0] == "fail"
    assert finding(tmp_path, MY_KEY="k") == ("ok", f"has a key for the model provider mine of {config}")
    config.write_text('[model_providers.mine]\nexperimental_bearer_token = "t"\n')
    assert finding(tmp_path)[0] == "ok"
