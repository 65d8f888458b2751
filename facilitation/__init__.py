"""How a forum is made and run live."""
