"""What every page needs: headers, errors, language, health, limits."""
