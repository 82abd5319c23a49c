/* A look over msgpack bytes before anything is allocated for them: is this exactly one map, within
 * the limits? What passes can be unpacked by msgpack-c without surprises: it believes declared
 * counts and reserves memory for them, and it changes its mind about nesting between versions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SKIM_DEPTH_LIMIT 32         /* maps and arrays within each other, the outermost counted */
#define SKIM_VALUE_LIMIT (1u << 20) /* values in a message: one byte each on the wire, 60 in memory */

/* True when BYTES are one map and nothing after it, all declared sizes fit into what is there, keys
 * are strings, and no extension types occur. Else false, with *REASON a static text. */
bool skim(const void *bytes, size_t length, const char **reason);
