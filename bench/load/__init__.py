"""A load generator that speaks the live protocol, and two servers to hold ours against."""
