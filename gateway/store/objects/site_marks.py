"""Marks of the sites that have content in a bucket.

Content is removed from a bucket if nothing in the database refers to it. A copy of a site, restored elsewhere with the
same settings, refers to less than the site itself, and would remove what the site has added since. So each site leaves
a mark before its first upload, and nothing is removed while there is a mark of another site, or content without any.
"""

from gateway.store.interface import Finding, StoreIdentity, StoreRefused
from gateway.store.objects.bucket import Bucket


async def require_no_others(bucket: Bucket, own: StoreIdentity) -> None:
    """Leave the mark of this site. Raises `StoreRefused` if another one has left one, or one may have been removed."""
    marks = await bucket.marks()
    others = [mark for mark in marks if mark != own.id]
    if others:
        name = await bucket.mark_name(others[0])
        raise StoreRefused(
            f"{bucket.name} has content of another site, {name}: nothing is removed from it. If that site is gone, run "
            "`gateway check --take-over`; otherwise give this one a bucket, or a prefix, of its own."
        )
    if own.id not in marks and await bucket.has_contents():
        raise StoreRefused(
            f"{bucket.name} has content and no mark that says whose it is: nothing is removed from it. If no other "
            "site has content there, run `gateway check --take-over`; otherwise give this one a bucket, or a prefix, "
            "of its own."
        )
    await bucket.set_mark(own)


async def take_over(bucket: Bucket, own: StoreIdentity) -> list[Finding]:
    """Leave the mark of this site, and remove those of others; return what was done."""
    await bucket.set_mark(own)
    done = []
    for mark in await bucket.marks():
        if mark != own.id:
            done.append(Finding(bucket.name, f"is no longer that of {await bucket.mark_name(mark)}"))
            await bucket.remove_mark(mark)
    return done
