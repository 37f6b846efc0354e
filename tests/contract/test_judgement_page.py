import pathlib
import sys

from workcell.system import run_program

ROOT = pathlib.Path(__file__).parents[2]


def test_the_page_on_judgement_is_what_the_golden_directories_give_today() -> None:
    ran = run_program.run([sys.executable, str(ROOT / "scripts" / "judgement-table"), "--check"], timeout=60)
    assert ran.code == 0, ran
