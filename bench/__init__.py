"""Benchmarks: one command each, as ratios measured in one run."""
