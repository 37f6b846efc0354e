"""What the tokens of well-known services look like, as data: kind, words that must be there, pattern."""

import functools
import math
import re
from collections import Counter

# Not inside a longer word; but a token may follow the \n of JSON or a colour of the terminal directly.
_ALONE = r"(?:(?<![\w-])|(?<=\\[nrt])|(?<=\x1b\[\dm)|(?<=\x1b\[\d\dm))"

# A pattern is tried only if one of its words stands in the text (lower case). Group 1, where there is one,
# is what gets masked. Each pattern is linear on any text: it begins with its literal, repeats one class at
# a time, and where something must follow a repetition either the repetition is bounded or no match can
# begin inside it. Possessive quantifiers and atomic groups are not used: `re` of Python 3.11.2, which Debian 12
# has, matches them wrongly.
_TOKENS = [
    ("anthropic", "sk-ant-", r"sk-ant-[\w-]{16,}"),
    ("openrouter", "sk-or-", r"sk-or-v1-[0-9a-f]{32,}"),
    ("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    ("github", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,}"),
    ("gitlab", "glpat- gldt- glrt- glptt- glft- glcbt- gloas- glsoat-",
     r"gl(?:pat|dt|rt|ptt|ft|cbt|oas|soat)-[\w.-]{20,}"),
    ("slack", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("slack", "xapp-", r"xapp-\d-[A-Za-z0-9-]{10,}"),
    ("slack-webhook", "hooks.slack.com",
     r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/+_-]{16,})"),
    ("discord-webhook", "/api/webhooks/", r"/api/webhooks/\d{15,21}/([\w-]{30,})"),
    ("teams-webhook", ".webhook.office.com", r"\.webhook\.office\.com/webhookb2/([\w@/-]{30,})"),
    ("google", "aiza", r"AIza[\w-]{35}"),
    ("google", "gocspx-", r"GOCSPX-[\w-]{20,}"),
    ("google", "ya29.", r"ya29\.[\w.-]{20,}"),
    ("npm", "npm_", r"npm_[A-Za-z0-9]{36,}"),
    ("pypi", "pypi-", r"pypi-A[\w-]{50,}"),
    ("rubygems", "rubygems_", r"rubygems_[0-9a-f]{40,}"),
    ("stripe", "_live_ _test_", r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,}"),
    ("stripe", "whsec_", r"whsec_[A-Za-z0-9+/=]{20,}"),
    ("sendgrid", "sg.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    ("mailgun", "key-", _ALONE + r"key-[0-9a-f]{32}(?![0-9a-f])"),
    ("mailchimp", "-us", _ALONE + r"[0-9a-f]{32}-us\d{1,2}(?!\d)"),
    ("twilio", "sk", _ALONE + r"SK[0-9a-f]{32}(?![0-9a-zA-Z])"),
    ("telegram", ":aa", r"\d{8,10}:AA[\w-]{32,36}"),
    ("huggingface", "hf_", _ALONE + r"hf_[A-Za-z0-9]{30,}"),
    ("replicate", "r8_", _ALONE + r"r8_[A-Za-z0-9]{30,}"),
    ("groq", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    ("xai", "xai-", r"xai-[A-Za-z0-9]{40,}"),
    ("perplexity", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    ("digitalocean", "_v1_", r"do[opr]_v1_[0-9a-f]{40,}"),
    ("docker", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[\w-]{20,}"),
    ("databricks", "dapi", _ALONE + r"dapi[0-9a-f]{32}"),
    ("vault", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{20,}"),
    ("terraform", ".atlasv1.", r"\.atlasv1\.[\w-]{40,}"),
    ("doppler", "dp.", _ALONE + r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}"),
    ("shopify", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("square", "sq0", r"sq0(?:atp|csp|idp)-[\w-]{22,}"),
    ("linear", "lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("notion", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    ("figma", "figd_", r"figd_[\w-]{36,}"),
    ("grafana", "glsa_ glc_", r"gl(?:sa|c)_[A-Za-z0-9+/=_]{32,}"),
    ("atlassian", "atatt3", r"ATATT3[\w=-]{40,}"),
    ("postman", "pmak-", r"PMAK-[0-9a-f-]{40,}"),
    ("sentry", "sntrys_ sntryu_", r"sntry[su]_[\w+/=]{40,}"),
    ("newrelic", "nrak-", r"NRAK-[A-Z0-9]{27}"),
    ("supabase", "sbp_ sb_secret_", r"(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,})"),
    ("planetscale", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.-]{30,}"),
    ("age", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{40,}"),
    ("azure", "accountkey= sharedaccesskey=", r"(?i:(?:Account|SharedAccess)Key)=([A-Za-z0-9+/]{40,}={0,2})"),
    ("aws", "akia asia abia acca", r"(?<![A-Z0-9])A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}(?![A-Z0-9])"),
    ("jwt", "eyj", _ALONE + r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    ("discord", ".", _ALONE + r"[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])"),
    ("url-password", "://", r"[a-zA-Z0-9+]://[^\s/:@\"'<>]{0,100}:([^\s/@\"'<>]{3,200})@"),
    ("bearer", "bearer", r"(?i:bearer)(?:[ \t]|%20|\+){1,4}([\w.~+/=-]{16,})"),
    ("basic-auth", "basic", r"(?i:authorization)[\"'\\]{0,3}[ \t]{0,3}[:=,][ \t\"'\\]{0,4}"
     r"(?i:basic)[ \t]{1,3}([\w+/=-]{8,})"),
    ("private-key", "private key", r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
     r"(?:[^-]*(?:-(?!----)[^-]*)*-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
     r"|(?:(?:\s|\\[nr]){0,4}[A-Za-z0-9+/=]{40,})*)"),
]  # fmt: skip

_NAMES = (
    r"(?:passw(?:or)?d|passphrase|\bpwd|secret(?:[_-]?access)?(?:[_-]?key)?"
    r"|(?:api|access|auth|client|session|refresh|id|bot|bearer|private|encryption|signing)[_-]?(?:token|key|secret)"
    r"|_authtoken|x-api-key|\btoken|_token|credentials?)"
)
_ASSIGNMENT = (
    r"(?i:" + _NAMES + r")[\"'\\]{0,3}[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}[\"'\\]{0,3}"
    r"([^\s\"'`,;<>{}()\[\]\\&|]{6,256})"
)
_SK = _ALONE + r"sk-(?:proj-|svcacct-|admin-)?[\w-]{20,}"

Shape = tuple[str, tuple[str, ...], str]
"""Kind, words of which one must stand in the text, and the pattern, for `compiled`."""

SHAPES: list[Shape] = [(kind, tuple(words.split()), pattern) for kind, words, pattern in _TOKENS]
SHAPES.insert(2, ("openai", ("sk-",), _SK))
SHAPES.append(
    ("assignment", ("passw", "pwd", "passphrase", "secret", "token", "key", "credential"), _ASSIGNMENT),
)


@functools.cache  # on first use: to compile all of them takes longer than most commands
def compiled(pattern: str) -> "re.Pattern[str]":
    """The regular expression of a shape."""
    return re.compile(pattern, re.ASCII)


_PLACEHOLDER = re.compile(
    r"(?i)[$*]|%[({]|.*(?:example|placeholder|changeme|change_me|redacted|dummy|your[_-]|xxxx"
    r"|\*\*\*|\.\.\.|environ|\benv\b)"
)
_MANUALS_SAY = ("pass", "password", "passwd", "pwd", "secret", "token", "apikey", "key")
_DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_PATH = re.compile(r"(?:\.{0,2}|~)/[\w.@-]+(?:/[\w.@-]*)*|[a-zA-Z][a-zA-Z0-9+.-]*://.*")


def plausible(kind: str, found: "re.Match[str]") -> bool:
    """Whether a match of a shape that also fits ordinary words, names and numbers is likely a secret."""
    value = found[found.lastindex or 0]
    if kind == "openai":
        return (_has_digit(value) and value.lower() != value) or bool(re.fullmatch(r"sk-[0-9a-f]{32,64}", value))
    if kind == "bearer":
        return _has_digit(value) and entropy(value) >= 3
    if kind == "url-password":
        return not (_PLACEHOLDER.match(value) or value[0] == "{" or value.lower() in _MANUALS_SAY)
    if kind != "assignment":
        return True
    if _PLACEHOLDER.match(value) or _DOTTED_NAME.fullmatch(value) or _PATH.fullmatch(value):
        return False
    if value.replace(".", "").replace("-", "").replace("_", "").isalpha() or not re.search("[A-Za-z]", value):
        return False
    if re.match(r"(?i)passw|passphrase|pwd", found[0]):
        return len(set(value)) >= 4
    return len(value) >= 12 and _has_digit(value) and entropy(value) >= 3


def entropy(value: str) -> float:
    """Shannon's entropy of the characters of `value`, in bits per character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def _has_digit(value: str) -> bool:
    return any(char.isdigit() for char in value)
