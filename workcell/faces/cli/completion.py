"""Completion of bash, zsh and fish: verbs and options are written into the script, runs and recipes are asked for.

A script that starts Python for every word typed is slow, so only what changes is asked, by a program without the
command line's libraries (`workcell _complete`).
"""

import shlex
from collections.abc import Mapping

from workcell.agents import registry
from workcell.faces.cli import reference, table

SHELLS = ("bash", "zsh", "fish")

_ASKED = {"RUN": "runs", "RECIPE": "recipes", "GROUP": "groups"}
"""By what an argument or option takes: what `workcell _complete` is asked for. What stands nowhere here is a file."""

_FREE = (
    "NAME",
    "LABEL",
    "OBJECTIVE",
    "DONE",
    "VERIFY",
    "LINES",
    "NUMBER",
    "ATTEMPT",
    "TIMEOUT",
    "GRACE",
    "N",
    "TEXT",
    "WORD",
    "TIME",
    "USD",
    "MODEL",
)
"""What is typed freely: nothing is offered."""

_WORDS = {"SHELL": SHELLS, "WANTED": ("done", "attention")}


def script(shell: str) -> str:
    """The completion script of one of SHELLS."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](reference.verbs())


def _source(takes: str | None) -> str:
    """What completes a value: none, free, files, runs, recipes, groups or `words:...`."""
    if takes is None:
        return "none"
    bare = takes.strip("[].")
    if bare == "AGENT":
        return "words:" + " ".join(["agents", *registry.names()])
    if bare in _WORDS:
        return "words:" + " ".join(_WORDS[bare])
    return _ASKED.get(bare) or ("free" if bare in _FREE else "files")


def _heads(verbs: list[reference.Verb]) -> list[str]:
    return list(dict.fromkeys(verb.words.split()[0] for verb in verbs))


def _inner(verbs: list[reference.Verb]) -> dict[str, list[str]]:
    """Verbs of verbs: {"brief": ["new", "lint"]}."""
    found: dict[str, list[str]] = {}
    for verb in verbs:
        head, _, rest = verb.words.partition(" ")
        if rest:
            found.setdefault(head, []).append(rest)
    return found


def _argument(verb: reference.Verb) -> str:
    return _source(verb.arguments[0][0] if verb.arguments else None)


def _options(verb: reference.Verb) -> list[str]:
    return [name for option in verb.options for name in option.names] + ["--help"]


def _values(verb: reference.Verb) -> list[tuple[str, str]]:
    """(name, source) of every option that takes a value."""
    return [(name, _source(option.takes)) for option in verb.options if option.takes for name in option.names]


_BASH = """\
# bash completion of workcell; made by 'workcell completion bash': make it again after an update
_workcell() {
    local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} inner='' offer='' options='' value=0
    COMPREPLY=()
    if (( COMP_CWORD == 1 )); then
        COMPREPLY=($(compgen -W "@HEADS@ --help --version" -- "$cur"))
        return
    fi
    case $verb in
@INNER@
    esac
    if [[ -n $inner ]]; then
        if (( COMP_CWORD == 2 )); then
            COMPREPLY=($(compgen -W "$inner --help" -- "$cur"))
            return
        fi
        verb="$verb ${COMP_WORDS[2]}"
    fi
    case $verb in
@VERBS@
        *) return ;;
    esac
    case "$verb ${COMP_WORDS[COMP_CWORD-1]}" in
@VALUES@
    esac
    if [[ $cur == -* ]] && (( ! value )); then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
        return
    fi
    case $offer in
        runs|recipes|groups)
            offer=$(command workcell _complete "$offer" "$cur" 2>/dev/null)
            COMPREPLY=($(compgen -W "$offer" -- "$cur")) ;;
        words:*) COMPREPLY=($(compgen -W "${offer#words:}" -- "$cur")) ;;
        files) COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null ;;
    esac
}
complete -F _workcell workcell
"""


def _bash(verbs: list[reference.Verb]) -> str:
    inner = [f'        {head}) inner="{" ".join(rest)}" ;;' for head, rest in _inner(verbs).items()]
    rows, values = [], []
    for verb in verbs:
        rows.append(f'        "{verb.words}") options="{" ".join(_options(verb))}" offer="{_argument(verb)}" ;;')
        values += [f'        "{verb.words} {name}") offer="{source}" value=1 ;;' for name, source in _values(verb)]
    filled: dict[str, str | list[str]] = {
        "@HEADS@": " ".join(_heads(verbs)),
        "@INNER@": inner,
        "@VERBS@": rows,
        "@VALUES@": values,
    }
    return _fill(_BASH, filled)


def _fill(text: str, filled: Mapping[str, str | list[str]]) -> str:
    for mark, words in filled.items():
        text = text.replace(mark, words if isinstance(words, str) else "\n".join(words))
    return text


_ZSH = """\
#compdef workcell
# zsh completion of workcell; made by 'workcell completion zsh': make it again after an update
_workcell() {
    local cur=${words[CURRENT]} verb=${words[2]} offer='' value=0
    local -a heads inner options found
    heads=(
@HEADS@
    )
    if (( CURRENT == 2 )); then
        _describe -t verbs verb heads
        return
    fi
    case $verb in
@INNER@
    esac
    if (( $#inner )); then
        if (( CURRENT == 3 )); then
            _describe -t verbs verb inner
            return
        fi
        verb="$verb ${words[3]}"
    fi
    case $verb in
@VERBS@
        *) return 1 ;;
    esac
    case "$verb ${words[CURRENT-1]}" in
@VALUES@
    esac
    if [[ $cur == -* ]] && (( ! value )); then
        _describe -t options option options
        return
    fi
    case $offer in
        runs|recipes|groups)
            found=(${(f)"$(command workcell _complete $offer $cur 2>/dev/null)"})
            compadd -a found ;;
        words:*) compadd -- ${=offer#words:} ;;
        files) _files ;;
    esac
}
if [[ $funcstack[1] == _workcell ]]; then
    _workcell "$@"
else
    compdef _workcell workcell
fi
"""


def _zsh(verbs: list[reference.Verb]) -> str:
    heads = [f"        {_zsh_pair(head, table.VERBS[head][1])}" for head in _heads(verbs)]
    summaries = {verb.words: verb.summary for verb in verbs}
    inner = []
    for head, rest in _inner(verbs).items():
        pairs = " ".join(_zsh_pair(word, summaries[f"{head} {word}"]) for word in rest)
        inner.append(f"        {head}) inner=({pairs}) ;;")
    rows, values = [], []
    for verb in verbs:
        pairs = " ".join(_zsh_pair(name, option.words) for option in verb.options for name in option.names)
        rows.append(f'        "{verb.words}") options=({pairs} --help) offer="{_argument(verb)}" ;;')
        values += [f'        "{verb.words} {name}") offer="{source}" value=1 ;;' for name, source in _values(verb)]
    return _fill(_ZSH, {"@HEADS@": heads, "@INNER@": inner, "@VERBS@": rows, "@VALUES@": values})


def _zsh_pair(word: str, words: str) -> str:
    return shlex.quote(f"{word}:{words}")


_FISH = """\
# fish completion of workcell; made by 'workcell completion fish': make it again after an update
function __workcell_is
    set -l words (commandline -opc)
    set -l last (math (count $argv) + 1)
    test (count $words) -ge $last; and test "$words[2..$last]" = "$argv"
end
function __workcell_at
    set -l words (commandline -opc)
    test (count $words) -eq (math (count $argv) + 1); and test "$words[2..-1]" = "$argv"
end
complete -c workcell -f
@LINES@
"""


def _fish(verbs: list[reference.Verb]) -> str:
    lines = ["complete -c workcell -n 'test (count (commandline -opc)) -eq 1' -l version -d 'Print the version.'"]
    for head in _heads(verbs):
        about = _fish_word(table.VERBS[head][1])
        lines.append(f"complete -c workcell -n 'test (count (commandline -opc)) -eq 1' -a {head} -d {about}")
    for verb in verbs:
        head, _, rest = verb.words.partition(" ")
        if rest:
            lines.append(f"complete -c workcell -n '__workcell_at {head}' -a {rest} -d {_fish_word(verb.summary)}")
        here = f"complete -c workcell -n '__workcell_is {verb.words}'"
        offer = _fish_offer(_argument(verb))
        if offer:
            lines.append(f"{here} {offer}")
        for option in verb.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
            value = f" -r {_fish_offer(_source(option.takes))}".rstrip() if option.takes else ""
            lines.append(f"{here} {names}{value} -d {_fish_word(option.words)}")
    return _fill(_FISH, {"@LINES@": lines})


def _fish_word(words: str) -> str:
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _fish_offer(source: str) -> str:
    if source in ("runs", "recipes", "groups"):
        return f"-a '(command workcell _complete {source} (commandline -ct) 2>/dev/null)'"
    if source.startswith("words:"):
        return f"-a '{source[6:]}'"
    return "-F" if source == "files" else ""
