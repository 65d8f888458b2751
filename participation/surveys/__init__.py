"""Short questions before and after the evening."""
