"""Prints MEGABYTES (100 unless given) of numbered lines, then a last one."""

import sys

megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
line = "0123456789 the quick brown fox jumps over the lazy dog 9876543210"
block = "\n".join(line for _ in range(256)) + "\n"
for _ in range(megabytes * 1_000_000 // len(block)):
    sys.stdout.write(block)
print("flood done")
