"""The editor of the kit: its texts in plain fields, what its examples fill in, and what a page makes of
them."""
