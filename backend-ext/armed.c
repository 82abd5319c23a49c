#include "armed.h"

#include "compat.h"

#include <stdint.h>
#include <stdlib.h>

static size_t hash_pointer(const void *pointer, size_t size)
{
    return (size_t)(((uintptr_t)pointer >> 4) * 0x9E3779B97F4A7C15u >> 20) & (size - 1);
}

struct armed_code *armed_table_find(const struct armed_table *table, PyObject *code)
{
    if (!table->count) {
        return NULL;
    }
    for (size_t i = hash_pointer(code, table->size);; i = (i + 1) & (table->size - 1)) {
        struct armed_code *armed = table->slots[i];
        if (!armed || armed->code == code) {
            return armed;
        }
    }
}

static void place(struct armed_code **slots, size_t size, struct armed_code *armed)
{
    size_t i = hash_pointer(armed->code, size);
    while (slots[i]) {
        i = (i + 1) & (size - 1);
    }
    slots[i] = armed;
}

/* Rebuild the table with SIZE slots, without LEFT_OUT. */
static bool rebuild(struct armed_table *table, size_t size, const struct armed_code *left_out)
{
    struct armed_code **slots = calloc(size, sizeof(struct armed_code *));
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i] && table->slots[i] != left_out) {
            place(slots, size, table->slots[i]);
        }
    }
    free(table->slots);
    table->slots = slots;
    table->size = size;
    return true;
}

struct armed_code *armed_table_add(struct armed_table *table, PyObject *code)
{
    if ((table->count + 1) * 2 > table->size && !rebuild(table, table->size ? table->size * 2 : 64, NULL)) {
        return NULL;
    }
    struct armed_code *armed = calloc(1, sizeof(*armed));
    if (!armed || !line_table_read(&armed->table, code)) {
        free(armed);
        return NULL;
    }
    armed->code = Py_NewRef(code);
    place(table->slots, table->size, armed);
    table->count++;
    return armed;
}

static void free_armed(struct armed_code *armed)
{
    line_table_finish(&armed->table);
    free(armed->lines);
    free(armed->points);
    Py_DECREF(armed->code);
    free(armed);
}

bool armed_table_remove(struct armed_table *table, struct armed_code *armed)
{
    if (!rebuild(table, table->size, armed)) {
        return false;
    }
    table->count--;
    free_armed(armed);
    return true;
}

void armed_table_visit(const struct armed_table *table, void (*visit)(struct armed_code *armed, void *data), void *data)
{
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i]) {
            visit(table->slots[i], data);
        }
    }
}

void armed_table_finish(struct armed_table *table)
{
    for (size_t i = 0; i < table->size; i++) {
        if (table->slots[i]) {
            free_armed(table->slots[i]);
        }
    }
    free(table->slots);
    *table = (struct armed_table){0};
}

bool armed_code_has_point(const struct armed_code *armed, int offset)
{
    for (size_t i = 0; i < armed->point_count; i++) {
        if (armed->points[i].offset == offset) {
            return true;
        }
    }
    return false;
}

bool armed_code_reports(const struct armed_code *armed, int line)
{
    for (size_t i = 0; i < armed->point_count; i++) {
        if (armed->points[i].line == line) {
            return true;
        }
    }
    return armed_code_has_line(armed, line);
}
