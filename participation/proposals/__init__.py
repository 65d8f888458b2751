"""What residents put forward, and the stances taken on it."""
