"""Secrets masked by value and by shape, and what must be left alone."""

import base64
import json
import random
import re
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.cleaning.redact import Redactor

MARK = re.compile(r"\[redacted:[a-z0-9-]+\]")
shapes = Redactor([])


def run(alphabet: str, length: int, seed: int = 7) -> str:
    """A made-up token body, always the same; not written out, so that no scanner takes it for a leak."""
    return "".join(random.Random(seed).choices(alphabet, k=length))


ALNUM = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
HEX = "0123456789abcdef"

TOKENS = {
    "anthropic": "sk-ant-" + "api03-" + run(ALNUM + "_-", 80),
    "openrouter": "sk-or-" + "v1-" + run(HEX, 64),
    "openai": "sk-" + "proj-" + run(ALNUM + "_-", 60),
    "github": "ghp" + "_" + run(ALNUM, 36),
    "gitlab": "glpat" + "-" + run(ALNUM, 20),
    "slack": "xoxb" + "-1234567890-" + run(ALNUM, 24),
    "aws": "AKIA" + run("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "google": "AIza" + run(ALNUM + "_-", 35),
    "npm": "npm" + "_" + run(ALNUM, 36),
    "pypi": "pypi" + "-AgEIcHlwaS5vcmc" + run(ALNUM + "_-", 70),
    "stripe": "sk" + "_live_" + run(ALNUM, 24),
    "twilio": "SK" + run(HEX, 32),
    "sendgrid": "SG" + "." + run(ALNUM, 22) + "." + run(ALNUM, 43),
    "telegram": "123456789" + ":AA" + run(ALNUM + "_-", 33),
    "discord": "M" + run(ALNUM, 23) + "." + run(ALNUM, 6) + "." + run(ALNUM, 38),
    "huggingface": "hf" + "_" + run(ALNUM, 34),
    "jwt": "eyJ" + run(ALNUM, 20) + ".eyJ" + run(ALNUM, 40) + "." + run(ALNUM, 43),
    "vault": "hvs" + "." + run(ALNUM, 24),
    "mailgun": "key" + "-" + run(HEX, 32),
    "groq": "gsk" + "_" + run(ALNUM, 52),
    "docker": "dckr_pat" + "_" + run(ALNUM, 27),
}


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize(
    "around", ["{}", "see {} there", '{{"a":"x\\n{}"}}', "K={}\n", "\x1b[33m{}\x1b[0m", "({}),", "<{}>"]
)
def test_tokens_are_masked_wherever_they_stand(kind: str, around: str) -> None:
    token = TOKENS[kind]
    masked = shapes.text(around.format(token))
    assert token not in masked
    assert masked == around.format(f"[redacted:{kind}]")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgres://app:s3cr3t!pw@db:5432/x", "postgres://app:[redacted:url-password]@db:5432/x"),
        (
            "git clone https://me:hunter2@example.org/r.git",
            "git clone https://me:[redacted:url-password]@example.org/r.git",
        ),
        ("Authorization: Bearer abc.DEF-123_456789xyz", "Authorization: Bearer [redacted:bearer]"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "Authorization: Basic [redacted:basic-auth]"),
        ("password=hunter2", "password=[redacted:assignment]"),
        ('"db_password": "c0rrect-horse"', '"db_password": "[redacted:assignment]"'),
        ('{\\"password\\":\\"c0rrect-horse\\"}', '{\\"password\\":\\"[redacted:assignment]\\"}'),
        ("client_secret: 9fK2mQ8xT4vB7nL1", "client_secret: [redacted:assignment]"),
        (
            "AWS_SECRET_ACCESS_KEY=wJalrXUt9FEMI/K7MDENG/bPxRfiCYzzKEY1234a",
            "AWS_SECRET_ACCESS_KEY=[redacted:assignment]",
        ),
        ("x-api-key: 9fK2mQ8xT4vB7nL1zz", "x-api-key: [redacted:assignment]"),
        (
            "//registry.npmjs.org/:_authToken=9fK2mQ8xT4vB7nL1",
            "//registry.npmjs.org/:_authToken=[redacted:assignment]",
        ),
        (
            "https://hooks." + "slack.com/services/T0A1B2C3D/B0A1B2C3D/" + run(ALNUM, 24),
            "https://hooks.slack.com/services/[redacted:slack-webhook]",
        ),
        (
            "https://discord.com/api/webhooks/" + "123456789012345678/" + run(ALNUM, 68),
            "https://discord.com/api/webhooks/123456789012345678/[redacted:discord-webhook]",
        ),
        (
            "a\n-----BEGIN RSA "
            + "PRIVATE KEY-----\n"
            + "MIIE"
            + run(ALNUM, 60)
            + "\n-----END RSA PRIVATE KEY-----\nb",
            "a\n[redacted:private-key]\nb",
        ),
        (
            "-----BEGIN " + "PRIVATE KEY-----\n" + (run(ALNUM, 64) + "\n") * 3 + "and cut off",
            "[redacted:private-key]\nand cut off",
        ),
    ],
)
def test_what_gives_a_secret_away_is_kept(text: str, masked: str) -> None:
    assert shapes.text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "commit 9b2c3f1e4d5a69788796a5b4c3d2e1f009182736 (HEAD -> main)",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "session 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "<img src='data:image/png;base64," + base64.b64encode(bytes(range(256)) * 8).decode() + "'>",
        "/home/user/.local/share/tokens/secret-store/password.db",
        "password: /run/secrets/db1_password",
        "/etc/passwd: no such file",
        "Tokens: 767 sent, 15 received; max_tokens=4096 input_tokens: 1234567",
        'token = get_token(user1)\nsecret = self.secret2.value\npassword = os.environ["DB_PASSWORD"]',
        "password=$DB_PASSWORD_1 secret=${TOKEN_1_VALUE_OF_THE_DAY} api_key=<your-api-key-1> token: ******",
        "API_KEY=your_api_key_here_123 password: changeme123",
        "def check(password: str, secret: bytes) -> None:",
        "the bearer of bad news is authentication-middleware-component",
        "https://example.org:8080/path@2x.png and user@example.org:repo/path.git and http://host:80/x",
        "amqp://user:password@host/ and https://{app}:{apikey}@host/ and http://$USER:$PASS@host/",
        "sk-fading-circle-animation-container sk-learn-something-else-entirely",
        "npm_config_user_agent npm_lifecycle_event hf_hub_download",
        "cache-key-d41d8cd98f00b204e9800998ecf8427e task-A1b2C3d4E5f6G7h8I9j0K1 desk-A1b2C3d4E5f6G7h8I9j0K",
        "MONKEY.md.old and NAME.config.production and OBJECT.method.call",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        "a key without its text: -----BEGIN and PRIVATE KEY----- are only words",
        "package-lock integrity sha512-" + base64.b64encode(bytes(range(64))).decode(),
        "secret santa; token ring; the password is wrong; credentials: none",
        "tokenizer: o200k_base_v2_turbo_fast",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert shapes.text(text) == text


def test_values_under_six_characters_are_not_masked() -> None:
    assert Redactor(["abcde", ""]).text("abcde") == "abcde"
    assert Redactor(["abcdef"]).text("abcdef") == "[redacted:secret]"


def test_the_longest_of_two_values_is_masked_first_and_words_of_the_mask_do_no_harm() -> None:
    redactor = Redactor(["secret", "redacted", "secret-and-more"])
    masked = redactor.text("secret-and-more, secret")
    assert masked == "[redacted:secret], [redacted:secret]" == redactor.text(masked)


def test_a_token_that_a_mask_lays_bare_is_masked_too() -> None:
    both = TOKENS["telegram"] + "abc" + TOKENS["twilio"]
    assert shapes.text(both) == "[redacted:telegram][redacted:twilio]"


def test_bytes_that_are_not_text_survive() -> None:
    redactor = Redactor(["hunter-two", b"caf\xe9-key".decode("utf-8", "surrogateescape")])
    assert redactor.bytes(b"\xff\x00hunter-two\xfe caf\xe9-key") == b"\xff\x00[redacted:secret]\xfe [redacted:secret]"


def test_a_value_of_several_lines() -> None:
    redactor = Redactor(["-----BEGIN X-----\n" + "q8" * 20 + "\n" + "z9" * 20 + "\n-----END X-----\n"])
    assert redactor.text("only " + "z9" * 20) == "only [redacted:secret]"
    assert redactor.text("-----BEGIN X-----") == "-----BEGIN X-----"


secret_text = st.text(
    st.characters(min_codepoint=33, max_codepoint=126) | st.sampled_from("äß漢🚀 "), min_size=6, max_size=40
)
neighbours = st.text(st.sampled_from("ab 01\n\"'=:/,.{}\\%"), max_size=20)


def holds(masked: str, value: str) -> bool:
    return any(value in part for part in MARK.split(masked))


@given(secret_text, neighbours, neighbours)
def test_no_known_secret_survives_in_any_coat(secret: str, before: str, after: str) -> None:
    redactor = Redactor([secret])
    raw = secret.encode()
    coats = [
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        quote(secret),
        quote(secret, safe=""),
        re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ]
    for coat in coats:
        masked = redactor.text(before + coat + after)
        assert not holds(masked, coat)
        assert redactor.text(masked) == masked
    assert redactor.bytes((before + secret + after).encode()) == redactor.text(before + secret + after).encode()


@given(
    st.text(st.sampled_from(ALNUM + "-_"), min_size=12, max_size=40),
    st.binary(max_size=9),
    st.binary(max_size=9),
)
def test_no_known_secret_survives_inside_larger_base64(secret: str, before: bytes, after: bytes) -> None:
    masked = Redactor([secret]).text(base64.b64encode(before + secret.encode() + after).decode())
    assert "[redacted:secret]" in masked
    left = "".join(MARK.split(masked))
    assert len(left) <= (len(before) + len(after) + 4) * 4 // 3 + 4


@given(
    st.text(st.sampled_from(ALNUM + "-_+/="), min_size=12, max_size=60),
    st.integers(5, 30),
    st.sampled_from([("", ""), ("  ", ""), ("│ ", " │"), ("", "   "), ("", "\r")]),
    st.text(st.sampled_from("ab ="), max_size=15),
)
def test_no_known_secret_survives_a_wrapped_terminal(
    secret: str, columns: int, edges: tuple[str, str], before: str
) -> None:
    line = before + secret
    wrapped = [edges[0] + line[at : at + columns] + edges[1] for at in range(0, len(line), columns)]
    masked = Redactor([secret]).text("\n".join(wrapped))
    for at, row in enumerate(wrapped):
        held = row[len(edges[0]) : len(row) - len(edges[1])] if edges[1] else row[len(edges[0]) :]
        start = len(before) - at * columns
        piece = held[max(start, 0) :]
        if len(piece) >= 4 and piece in secret and start < columns:
            assert piece not in MARK.sub("\n", masked.split("\n")[at])


fragments = st.sampled_from(
    [
        *TOKENS.values(),
        "sk-",
        "sk-ant-",
        "eyJ",
        ".eyJ",
        "password=",
        "token:",
        "://",
        ":",
        "@",
        "Bearer ",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "-----END ",
        "[redacted:",
        "]",
        "[redacted:jwt]",
        "\n",
        " ",
        '"',
        "x1Y",
        "SG.",
        "AKIA",
        "Aa1" * 12,
    ]
)


@given(st.lists(fragments | st.text(max_size=4), max_size=15).map("".join))
def test_twice_is_once(text: str) -> None:
    redactor = Redactor(["Aa1Aa1Aa1", "redacted"])
    masked = redactor.text(text)
    assert redactor.text(masked) == masked


@given(st.text(st.characters(codec=None, categories=None), max_size=60), st.binary(max_size=60))
def test_never_raises(text: str, data: bytes) -> None:
    redactor = Redactor([text[:20], "known-secret"])
    redactor.text(text)
    redactor.bytes(data)
    assert redactor.text("known-secret") == "[redacted:secret]"


HOSTILE = [
    " ",
    "\t|",
    "0",
    "a",
    "/",
    "secret key ",
    "eyJ",
    "sk-",
    "sk-ant-",
    "://a:",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "password",
    "password=",
    "eyJaaaaaaaa.",
    "token_secret_key-",
    "Bearer ",
    "SG.",
    "SG.aaaaaaaaaaaaaaaaaaaa.",
    "1234567890",
    "MMMM",
    "A",
    "a\n",
    "│ \n",
    "| ",
    " \n",
    "AKIA",
    "[redacted:",
    "[redacted:jwt]",
    "authorization: basic ",
    "\\n",
    "hunter-tw",
    "access-bearer+",
]


LONG, BOUND = 250_000, 1.5
"""Bytes, and seconds: of a megabyte a quadratic pattern takes minutes, of a quarter a sixteenth of that.

On a small machine the patterns take 0.03 to 0.4 s.
"""


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_no_longer_than_any_other(unit: str) -> None:
    redactor = Redactor(["hunter-two-three", "another/secret+value"])
    text = "password token secret key bearer basic\n" + unit * (LONG // len(unit))
    start = time.process_time()
    redactor.text(text)
    assert time.process_time() - start < BOUND


@pytest.mark.parametrize("opening", ["-----BEGIN " + "PRIVATE KEY-----", "eyJ" + "a" * 8 + ".eyJ", "eyJ"])
@pytest.mark.parametrize(
    "unit", ["-", "--a", "----", "A" * 40 + "\n", "A" * 39 + "\n", "-----END ", "\\n", " ", "eyJa", "aaaaaaaa.eyJ"]
)
def test_an_opening_that_nothing_closes_takes_no_longer_either(opening: str, unit: str) -> None:
    start = time.process_time()
    shapes.text(opening + unit * (LONG // len(unit)))
    assert time.process_time() - start < BOUND
