# Pages for everybody.

home-title = Space on full ferries, told in time
home-lead = FerryAlert watches sailings that are full for campervans and other large vehicles, and tells you when space comes back.
