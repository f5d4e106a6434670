"""`python -m kommunalprofil` does what the command `kommunalprofil` does."""

from __future__ import annotations

from kommunalprofil.cli import main

if __name__ == "__main__":
    main()
