"""The result of a function that ran in another thread."""

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

T = TypeVar("T")


@dataclass(slots=True)
class Outcome(Generic[T]):
    """A value or an error. A future cannot carry every exception: it refuses `StopIteration`."""

    value: T | None = None
    error: BaseException | None = None

    def take(self) -> T:
        """Return the value or raise the error, once."""
        if self.error is None:
            return cast("T", self.value)
        error, self.error = self.error, None
        try:
            raise error
        finally:
            del error  # its traceback holds this frame
