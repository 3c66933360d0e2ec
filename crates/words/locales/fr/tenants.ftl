# Espaces, membres, clés, journal.
