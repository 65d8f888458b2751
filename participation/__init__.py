"""What residents do: the record of what was said and decided."""
