"""The benchmarks of ``manage.py bench``: our pages against the least that Django would do."""
