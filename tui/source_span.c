#include "source_span.h"

#include "model.h"
#include "protocol/utf8.h"

#include <ctype.h>

size_t source_span_utf16(const char *text, size_t length, int64_t units)
{
    size_t at = 0;
    while (at < length && units > 0) {
        uint32_t code;
        at += utf8_decode(text + at, length - at, &code, NULL);
        units -= code >= 0x10000 ? 2 : 1;
    }
    return at;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\f';
}

bool source_span_find(const struct model_frame *frame, const char *line, size_t length, struct source_span *span)
{
    size_t first = 0, last = length;
    while (first < last && is_blank(line[first]))
        first++;
    while (last > first && is_blank(line[last - 1]))
        last--;
    if (frame->listed_file || frame->column < 1 || frame->end_column < 1 || frame->end_line < frame->line)
        return false;
    size_t from = source_span_utf16(line, length, frame->column - 1), to = last;
    if (frame->end_line == frame->line)
        to = source_span_utf16(line, length, frame->end_column - 1);
    to = to < last ? to : last;
    *span = (struct source_span){from, to > from ? to - from : 0};
    return span->length > 0 && (from > first || to < last);
}

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_' && (unsigned char)text[i] < 0x80)
            return false;
    return true;
}

bool source_span_tells(const struct model *model, const char *line, const struct source_span *span)
{
    return model->selected_frame > 0 || model->chain_count > 0 || model->stop_column > 0 ||
           !is_name(line + span->offset, span->length);
}
