"""SHA-256 and BLAKE2b without hashlib: that module brings OpenSSL along, some 2 MB in every runner."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import blake2b as _blake2b
    from hashlib import sha256 as _sha256
else:
    try:
        from _blake2 import blake2b as _blake2b
    except ImportError:  # another Python than CPython
        from hashlib import blake2b as _blake2b
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


def blake2b(data: bytes, size: int, person: bytes = b"") -> bytes:
    """The BLAKE2b digest of `data` in `size` bytes; `person` makes another function of it (RFC 7693, 2.8)."""
    return bytes(_blake2b(data, digest_size=size, person=person).digest())
