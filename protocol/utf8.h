/* UTF-8: strict decoding (no surrogates, no overlong forms, nothing above U+10FFFF), validation and
 * repair. Knows nothing of values or screens; both use it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

/* Decode the character at BYTES; LENGTH is what is there. The number of bytes it takes, 0 only when
 * LENGTH is 0. For bytes that are no character *CODE is U+FFFD and *VALID (may be NULL) false; the
 * result then covers the longest start of a character, as Unicode recommends for replacing. */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *code, bool *valid);

/* Encode CODE into OUT; the number of bytes, 1 to 4. What is no character is written as U+FFFD. */
size_t utf8_encode(char out[4], uint32_t code);

bool utf8_valid(const char *bytes, size_t length);

/* Copy with every invalid part replaced by U+FFFD; the length of the result, which is at most three
 * times LENGTH. With OUT NULL nothing is written, only measured. No NUL is added. */
size_t utf8_clean(char *out, const char *bytes, size_t length);
