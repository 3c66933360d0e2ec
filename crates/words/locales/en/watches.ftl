# Watches, alerts, channels.
