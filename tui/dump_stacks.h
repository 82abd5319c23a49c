/* `pytui dump`: prints the stacks of all threads of a program, which goes on. */
#pragma once

struct options;

/* The status to exit with. */
int dump_stacks(const struct options *options);
