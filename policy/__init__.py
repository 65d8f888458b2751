"""Making sense of what was said, and acting on it."""
