"""A whole site as one JSON file: `load` fills a store from it, `dump` writes it, `schema` declares its records."""

from gateway.sitefile.dump import dump
from gateway.sitefile.load import load
from gateway.sitefile.record_reading import SiteFileError

__all__ = ["SiteFileError", "dump", "load"]
