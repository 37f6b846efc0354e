"""Rules that answer for a person what agents ask permission for, what waits for an answer, and the journal of both.

It may import `views` and below. It never types into a terminal, and never allows what no rule of the home allows.

`shell`, `risk`, `match` and `decide` are pure: a request and rules make an answer, and nothing else does.
"""
