# Veilles, alertes, canaux.
