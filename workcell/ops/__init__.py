"""One verb per module: a request in, a result out, no printing."""
