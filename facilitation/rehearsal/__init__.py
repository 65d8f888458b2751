"""Simulated residents who play a whole forum."""
