# Everyday recipes. Each is one command; `cargo dev --help` tells of the rest.

# What there is.
default:
    @just --list

# The product, a simulator to free spaces at, and an inbox.
up *args:
    cargo dev up {{args}}

# One space opens, one mail leaves: the main job, without hands.
demo:
    cargo dev demo

# Everything that must hold before a commit; with a filter, only the tests it names.
test *filter:
    cargo dev test {{filter}}

# After a change of a query or a migration: renews .sqlx.
prepare:
    cargo dev prepare

# SQL on the database of a running `just up`.
psql *args:
    cargo dev psql {{args}}

# Threat, requirement and proof of the last test run.
threats:
    cargo dev threats

# Pictures of every page in target/shots; `--at http://localhost:8080` of a running `just up`.
shots *args:
    cargo dev shots {{args}}

# What Lighthouse says of the public pages.
lighthouse *args:
    cargo dev lighthouse {{args}}

# Polls and schedule cycles per second, in release.
bench *args:
    cargo dev bench {{args}}

# Formats, and mends what lints can mend.
tidy:
    cargo fmt --all
    cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged

# Forgets the private databases.
reset:
    cargo dev reset
