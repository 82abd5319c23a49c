/* What every unit test includes: cmocka wants these headers before its own. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* From 2.0 on cmocka distinguishes signs, and has a macro of a name that tests like to use. */
#ifndef assert_int_in_range
#define assert_int_in_range assert_in_range
#endif
#undef stop

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
