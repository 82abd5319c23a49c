#include "cursor.h"

#include <stdlib.h>

void cursor_refresh(struct cursor *cursor, Py_ssize_t size, unsigned long long epoch)
{
    if (cursor->size != size || cursor->epoch != epoch) {
        cursor->count = 0;
        cursor->last = (struct cursor_place){0};
        cursor->size = size;
        cursor->epoch = epoch;
    }
}

void cursor_finish(struct cursor *cursor)
{
    free(cursor->places);
    *cursor = (struct cursor){0};
}

struct cursor_place cursor_seek(const struct cursor *cursor, size_t row)
{
    size_t low = 0, high = cursor->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cursor->places[middle].row <= row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    struct cursor_place found = low > 0 ? cursor->places[low - 1] : (struct cursor_place){0};
    return cursor->last.row <= row && cursor->last.row > found.row ? cursor->last : found;
}

void cursor_pass(struct cursor *cursor, struct cursor_place place)
{
    size_t next = cursor->count > 0 ? cursor->places[cursor->count - 1].row + CURSOR_STEP : CURSOR_STEP;
    if (place.row < next) {
        return;
    }
    if (cursor->count == cursor->capacity) {
        size_t capacity = cursor->capacity == 0 ? 64 : cursor->capacity * 2;
        void *grown = realloc(cursor->places, capacity * sizeof(*cursor->places));
        if (grown == NULL) {
            return; /* pages then begin further ahead */
        }
        cursor->places = grown;
        cursor->capacity = capacity;
    }
    cursor->places[cursor->count++] = place;
}

void cursor_stop(struct cursor *cursor, struct cursor_place place)
{
    cursor->last = place;
}
