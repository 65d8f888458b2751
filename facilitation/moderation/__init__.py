"""Hide, restore, reword, merge: each with a reason and a record."""
