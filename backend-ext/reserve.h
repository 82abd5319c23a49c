/* Memory set aside for stops: where the program has used up all that it may (RLIMIT_AS), a stop can still be told,
 * looked at and ended. It is address space that nobody touches. */
#pragma once

/* Set it aside, if it is not and if there is memory; *RESERVE is NULL at first. */
void reserve_take(void **reserve);

/* Give it up, for whoever allocates next. */
void reserve_release(void **reserve);
