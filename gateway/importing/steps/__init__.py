"""The steps of an import, each for one part of the site, in the order in which parts refer to each other."""
