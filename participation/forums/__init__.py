"""Forums, their agenda and clock, and their public pages."""
