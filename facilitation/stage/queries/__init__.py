"""Reading what the stage and the screen show."""
