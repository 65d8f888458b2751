"""People with an account: sign-in, roles, and what a role allows."""
