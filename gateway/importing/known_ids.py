"""Sets of ids that take an eighth of a byte each, so that those of a large site fit into memory."""


class KnownIds:
    """A set of positive integers."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Add an id."""
        byte, bit = divmod(number, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(max(byte + 1 - len(self._bits), 4096)))
        self._bits[byte] |= 1 << bit

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int) or number <= 0:
            return False
        byte, bit = divmod(number, 8)
        return byte < len(self._bits) and bool(self._bits[byte] >> bit & 1)
