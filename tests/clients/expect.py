"""Checks that say what was expected and what came."""


class Difference(Exception):
    """The service does not do what the contract says."""


def expect(what, wanted, got):
    """Both must be equal."""
    if wanted != got:
        raise Difference(f"{what}: expected {wanted!r}, got {got!r}")


def check(what, holds):
    """A statement that must hold."""
    if not holds:
        raise Difference(f"this does not hold: {what}")
