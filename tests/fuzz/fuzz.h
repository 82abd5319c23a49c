/* What a fuzz target is: one function, with libFuzzer's name and meaning. Returns 0; a finding is a crash
 * (abort(), or what a sanitizer reports). It keeps nothing between calls. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For the invariants of a target: unlike assert() it is never compiled out. */
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

#include <stdio.h>
#include <stdlib.h>

static inline void fuzz_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}
