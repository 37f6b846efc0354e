"""SHA-256 without hashlib: that module brings OpenSSL along, some 2 MB in every runner."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256 as _sha256
else:
    try:
        from _sha2 import sha256 as _sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256 as _sha256
        except ImportError:  # another Python than CPython
            from hashlib import sha256 as _sha256


def sha256(data: bytes) -> str:
    """The SHA-256 of `data` as 64 hexadecimal digits."""
    return str(_sha256(data).hexdigest())
