"""Reads a line with input() and a secret with getpass."""

import getpass

name = input("name? ")
print(f"hello, {name}")
secret = getpass.getpass("secret? ")
print(f"{len(secret)} characters")
