/* What /proc tells of a process that may be a Jupyter kernel. */
#pragma once

#include <stdint.h>

/* The name of the notebook that kernel PID runs, else that of its connection, "kernel 1a2b3c4d"; the caller frees it.
 * NULL: it is no kernel of IPython's, or we may not look. */
char *jupyter_kernel_name(int64_t pid);
