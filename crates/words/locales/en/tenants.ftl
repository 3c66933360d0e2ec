# Tenants, members, keys, the audit log.
