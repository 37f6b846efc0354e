"""Fifty questions to conversations whose answers are known: the right one is among the first three hits."""

from pathlib import Path

from tests.support.agent_sessions import Claude, Codex
from workcell.rundir.cell import Cell
from workcell.views import search

TALKS: dict[str, list[str]] = {
    "login": [
        "the login forgets people after an hour",
        "rg -n session_cookie src/auth",
        "The cookie had max-age 3600; it is thirty days now, and a test in test_login.py holds it.",
    ],
    "invoice": [
        "invoices round VAT wrongly for Swiss customers",
        "pytest tests/billing -k rounding",
        "Decimal was built from a float. quantize with ROUND_HALF_UP gives 7.70 for 0.077 of 100.",
    ],
    "docker": [
        "the image is two gigabytes, make it smaller",
        "docker history shop:latest",
        "A multi-stage build leaves the compiler behind: 180 MB now.",
    ],
    "flaky": [
        "test_upload fails one time in ten on CI",
        "for i in $(seq 50); do pytest tests/test_upload.py || break; done",
        "It waited for a fixed second. It waits for the file to be there now, with a deadline.",
    ],
    "migration": [
        "add a column archived_at to orders without locking the table",
        "alembic revision -m archived_at",
        "The column is nullable and the backfill runs in batches of 5000 rows.",
    ],
    "search": [
        "searching for umlauts finds nothing",
        "psql -c 'select unaccent(name) from products'",
        "An index on unaccent(lower(name)) finds Müller and Mueller alike.",
    ],
    "mail": [
        "password reset mails land in spam",
        "dig txt _dmarc.shop.example",
        "There was no DKIM record; the selector is mail2026 and the key has 2048 bits.",
    ],
    "memory": [
        "the worker grows to 4 GB over night",
        "py-spy dump --pid 4711",
        "A cache without a bound kept every thumbnail. lru_cache has maxsize 256 now.",
    ],
    "timezone": [
        "reports of the last day of a month miss two hours",
        "TZ=Europe/Zurich date -d '2026-03-29 02:30'",
        "The range was cut in UTC. It is cut in the zone of the shop, also when summer time begins.",
    ],
    "deploy": [
        "deployments take the site down for half a minute",
        "kubectl rollout status deployment/shop",
        "A readiness probe on /healthz and maxUnavailable 0 keep one pod alive.",
    ],
    "upload": [
        "uploads above 10 MB end with 413",
        "nginx -T | grep client_max_body_size",
        "client_max_body_size was 10m in the ingress; it is 64m.",
    ],
    "race": [
        "two workers sometimes charge a card twice",
        "rg -n charge_card src/payments",
        "The charge has an idempotency key made of the order, and a unique index in the table charges.",
    ],
    "css": [
        "the menu covers the basket on small phones",
        "npx playwright test menu --project=iphone-se",
        "z-index 40 on the header, and the drawer closes when the basket opens.",
    ],
    "types": [
        "mypy reports 300 errors in the importer",
        "mypy --strict src/importer",
        "A TypedDict for each supplier format; the last twelve ignores have a reason.",
    ],
    "backup": [
        "can we restore last night's backup",
        "pg_restore --list /backup/2026-11-19.dump",
        "It restored in eleven minutes into a scratch database; the sequence of invoices was one behind.",
    ],
    "licence": [
        "which dependencies are under the GPL",
        "pip-licenses --format=markdown",
        "Only the old barcode package; zxing-cpp is Apache-2.0 and reads the same codes.",
    ],
    "logging": [
        "the log has card numbers in it",
        "zgrep -E '[0-9]{16}' logs/app.log.3.gz",
        "A filter masks all but the last four digits, and the old parts were shredded.",
    ],
}

QUESTIONS: list[tuple[str, str]] = [
    ("login", "login forgets"),
    ("login", "session_cookie"),
    ("login", "max-age thirty days"),
    ("invoice", "VAT Swiss"),
    ("invoice", "rounding billing"),
    ("invoice", "ROUND_HALF_UP"),
    ("docker", "two gigabytes"),
    ("docker", "docker history"),
    ("docker", "multi-stage compiler"),
    ("flaky", "test_upload CI"),
    ("flaky", "seq 50"),
    ("flaky", "fixed second deadline"),
    ("migration", "archived_at locking"),
    ("migration", "alembic"),
    ("migration", "backfill batches"),
    ("search", "umlauts"),
    ("search", "unaccent products"),
    ("search", "müller"),
    ("mail", "spam password"),
    ("mail", "_dmarc"),
    ("mail", "DKIM selector"),
    ("memory", "worker 4 GB"),
    ("memory", "py-spy"),
    ("memory", "thumbnail maxsize"),
    ("timezone", "last day month"),
    ("timezone", "europe/zurich"),
    ("timezone", "summer time zone"),
    ("deploy", "half a minute"),
    ("deploy", "kubectl rollout"),
    ("deploy", "readiness healthz"),
    ("upload", "413"),
    ("upload", "nginx grep"),
    ("upload", "ingress 64m"),
    ("race", "card twice"),
    ("race", "charge_card"),
    ("race", "idempotency"),
    ("css", "menu basket phones"),
    ("css", "playwright iphone"),
    ("css", "z-index"),
    ("types", "mypy 300"),
    ("types", "strict importer"),
    ("types", "typeddict supplier"),
    ("backup", "restore last night"),
    ("backup", "pg_restore"),
    ("backup", "eleven minutes scratch"),
    ("licence", "GPL"),
    ("licence", "pip-licenses"),
    ("licence", "zxing-cpp"),
    ("logging", "card numbers"),
    ("logging", "shredded"),
]


def test_the_right_conversation_is_among_the_first_three_hits(tmp_path: Path) -> None:
    names = {}
    for number, (topic, (asked, command, said)) in enumerate(TALKS.items()):
        talk: Claude | Codex = Claude(cwd=f"/w/{topic}") if number % 2 else Codex(cwd=f"/w/{topic}")
        talk.prompt(asked).call(command).result("ok").said(said)
        talk.keep(tmp_path, 1.7e9 + number)
        names[topic] = talk.id
    cell = Cell(str(tmp_path / "home"), {"HOME": str(tmp_path)}, "/")
    missed = []
    for topic, question in QUESTIONS:
        hits = list(search.perform(cell, search.Request(tuple(question.split()), last=3)))
        if names[topic] not in [hit.session for hit in hits]:
            missed.append(question)
    assert len(QUESTIONS) == 50 and len(missed) <= 5, missed
