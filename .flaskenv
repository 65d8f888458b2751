# Lets `flask` work from the root without more.
FLASK_APP=app:create_app
