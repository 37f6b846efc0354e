"""`workcell`, `ls`, `status RUN` and `attach RUN` without options: a parser of options takes longer than they do.

The options themselves stand with the verbs and nowhere else.
"""

import sys

from workcell.base.errors import WorkcellError
from workcell.faces.cli import call, out
from workcell.rundir import home_creation, layout


def main(words: list[str]) -> int:
    """Run one of the plain forms; the exit code. A bug in one is met again, and reported, by the whole command line."""
    try:
        home_creation.check(layout.home())
        match words:
            case ["attach", run]:
                from workcell.faces.cli import foreground

                return foreground.attach(run, False)
            case ["status", run]:
                from workcell.faces.cli import show
                from workcell.views.status import Request

                show.status(call.perform("status", Request(run)))
            case _:
                from workcell.faces.cli import show
                from workcell.views import ls

                found: ls.Result = call.perform("ls", ls.Request())
                show.ls(found)
                show.warning(found)
        sys.stdout.flush()
        return 0
    except WorkcellError as error:
        out.error(error.code, error.exit_code, error.message, error.hint, error.details, False)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception:
        from workcell.faces.cli import app

        return app.main(words)
