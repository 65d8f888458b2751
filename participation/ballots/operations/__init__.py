"""What is done with ballots: prepared, opened, closed, sealed, published; votes and papers taken."""
