"""The plenary's decisions, secret and countable."""
