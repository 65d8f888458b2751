"""What everyone can read afterwards: results, the printed report, each resident's receipt."""
