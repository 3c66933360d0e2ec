# Courriels.
