"""What the city undertakes: departments, commitments with their log, official answers."""
