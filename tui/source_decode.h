/* Bytes of a Python file as UTF-8 with \n line ends, as PEP 263 says what they mean. Only for source.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct source_text {
    char *text; /* owned by the caller of source_decode(); NUL-terminated */
    size_t length;
    char *note; /* owned; NULL, or what the user should know about the decoding */
};

/* Never fails: bytes that have no meaning in the file's encoding become \xNN. */
struct source_text source_decode(const char *bytes, size_t length);

/* The same in steps of about as many BYTES, which stay the caller's until the end. */
struct source_decoder *source_decoder_create(const char *bytes, size_t length);
bool source_decoder_step(struct source_decoder *decoder, size_t bytes);   /* false: it is done */
size_t source_decoder_done(const struct source_decoder *decoder);         /* how many bytes are decoded */
struct source_text source_decoder_finish(struct source_decoder *decoder); /* frees it */
void source_decoder_destroy(struct source_decoder *decoder);              /* before it is done; NULL is fine */

/* The encoding that a cookie in the first two lines or a BOM names, normalised (lower case, - for _), in
 * NAME; "" when there is none. */
void source_encoding(const char *bytes, size_t length, char *name, size_t size);
