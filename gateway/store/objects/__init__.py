"""Content in a bucket of an S3-compatible service, beside any other store, through obstore."""

from gateway.store.objects.bucket import Bucket, open_bucket
from gateway.store.objects.content_moving import MovedContents, move_contents
from gateway.store.objects.object_store import ObjectStore

__all__ = ["Bucket", "MovedContents", "ObjectStore", "move_contents", "open_bucket"]
