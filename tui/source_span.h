/* What of its line a frame is at: the call that has not returned, the operation that failed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;
struct model_frame;

struct source_span {
    size_t offset, length; /* bytes of the line */
};

/* Bytes of the first UNITS UTF-16 units of a text of LENGTH bytes. */
size_t source_span_utf16(const char *text, size_t length, int64_t units);

/* The part of LINE, the text of FRAME's line, that it is at; of an expression over several lines what stands on this
 * one. False when that is not known, or is the whole line. */
bool source_span_find(const struct model_frame *frame, const char *line, size_t length, struct source_span *span);

/* Whether SPAN tells something of the selected frame that the line does not. The newest frame at the beginning of a
 * line is at the first name in it, which nobody asked for. */
bool source_span_tells(const struct model *model, const char *line, const struct source_span *span);
