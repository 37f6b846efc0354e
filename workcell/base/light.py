"""signal and socket without their wrappers: those bring `enum` and `selectors` along, 0.4 MB in every runner."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    import socket
else:
    try:
        import _signal as signal
        import _socket as socket
    except ImportError:  # another Python than CPython
        import signal
        import socket

__all__ = ["signal", "socket"]
