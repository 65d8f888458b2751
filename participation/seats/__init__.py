"""The door: seats, seat codes, cards, check-in."""
