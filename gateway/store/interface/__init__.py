"""The interface of a store, whichever backend it is.

A store runs *work*: a plain function of a `Reader` or a `Writer`, one transaction each. Everything that a call reads,
checks and changes happens in one piece of work, so that it is all or nothing, and the rules are written once, in
`gateway.methods`, for every backend.

The contract, which every backend passes in `tests/store`:

- Work may run more than once before its transaction commits (a backend may retry), so it has no effect but through
  its `Reader` or `Writer`. It does not wait for anything.
- Work may run in another thread, or in the event loop. In the loop it is stopped at its next query once it has held
  up the loop for too long, and runs again in a thread; work that is known to take long begins in a thread.
- Reading is charged to a budget: work ends with its error at its next query once its time or its rows are used up.
- Two pieces of writing work behave as if one ran after the other. Reading work sees one state of the store, never
  half of a transaction.
- An exception that work raises undoes all that it wrote and reaches the caller; other work is not affected.
- When `write` returns, the change is durable (as far as the backend's settings promise).
- Names, logins, aliases and groups are found without regard to case where Bugzilla does so: logins and aliases.
- Content is invisible until its attachment is committed and is gone if it is not.
- A failure of the backend itself raises `StoreUnavailable`; the store works again when the cause is gone.
- When a caller is cancelled, all of its work is done or none of it.
"""

from gateway.store.interface.reader import Reader
from gateway.store.interface.store import Finding, Progress, Store, StoreIdentity, StoreRefused, StoreUnavailable
from gateway.store.interface.writer import Writer

__all__ = ["Finding", "Progress", "Reader", "Store", "StoreIdentity", "StoreRefused", "StoreUnavailable", "Writer"]
