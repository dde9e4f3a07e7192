"""Benchmarks: ratios of the gateway to the floor, measured in one run on one machine."""
