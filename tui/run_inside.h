/* `pytui exec`: runs a text of Python inside a program, and shows its output here. */
#pragma once

struct options;

/* The status to exit with: the text's, 1 when it could not be run. */
int run_inside(const struct options *options);
