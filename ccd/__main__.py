"""``python -m ccd``: the same as the console script."""

from ccd.cli import main

main()
