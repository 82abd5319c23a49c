/* The Variables tree as rows. A run of rows that are not fetched is one entry however long it is, so that rows cost
 * what is fetched and not what there is. */
#include "model_tree.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

struct model_rows {
    uint64_t generation;
    bool valid;
    struct model_row *runs; /* owned */
    size_t count, capacity;
    size_t total; /* rows */
};

struct model_rows *model_rows_create(void)
{
    return xcalloc(1, sizeof(struct model_rows));
}

void model_rows_destroy(struct model_rows *rows)
{
    free(rows->runs);
    free(rows);
}

static void add_run(struct model_rows *rows, struct model_row run)
{
    xgrow(&rows->runs, &rows->capacity, rows->count + 1, sizeof *rows->runs);
    run.first = rows->total;
    rows->runs[rows->count++] = run;
    rows->total += run.count;
}

static void add_children(struct model_rows *rows, struct model_variable *parent, int depth);

static void add_row(struct model_rows *rows, struct model_variable *variable, int depth)
{
    add_run(
        rows,
        (struct model_row){
            .variable = variable, .parent = variable->parent, .depth = depth, .count = 1, .index = variable->index});
    if (variable->expanded)
        add_children(rows, variable, depth < 0 ? 1 : depth + 1);
}

bool model_variable_marked(const struct model_variable *variable, enum model_mark mark)
{
    return variable->marks && strchr(variable->marks, mark);
}

/* Groups that the user does not want to see: methods that are open were asked for. */
static bool is_hidden(const struct model_variable *parent, const struct model_variable *group)
{
    bool private = strcmp(group->name, "protected") == 0 || strcmp(group->name, "private") == 0;
    bool methods = strcmp(group->name, "methods") == 0 || strcmp(group->name, "functions") == 0;
    if (!group->group || strcmp(group->name, "properties") == 0 || (methods && group->expanded))
        return false;
    return model_variable_marked(parent, MODEL_MARK_PUBLIC) ||
           (model_variable_marked(parent, MODEL_MARK_PRIVATE) && !private);
}

/* Children of PARENT from FROM up to UNTIL that are not here. */
static void add_gap(struct model_rows *rows, struct model_variable *parent, size_t from, size_t until, int depth)
{
    if (until > from)
        add_run(rows, (struct model_row){.parent = parent, .depth = depth, .count = until - from, .index = from});
}

static void add_children(struct model_rows *rows, struct model_variable *parent, int depth)
{
    size_t next = 0;
    for (size_t i = 0; i < parent->count; i++) {
        struct model_variable *child = parent->children[i];
        add_gap(rows, parent, next, child->index, depth);
        next = child->index + 1;
        if (!parent->marks || !is_hidden(parent, child))
            add_row(rows, child, depth);
    }
    if (parent->count > 0)
        add_gap(rows, parent, next, model_variable_total(parent), depth);
}

/* All that is pinned at VARIABLE or below, wherever it is. */
static void add_pinned(struct model_rows *rows, struct model_variable *variable)
{
    if (model_variable_marked(variable, MODEL_MARK_PIN))
        add_row(rows, variable, -1);
    bool holds = variable->scope || variable->group || model_variable_marked(variable, MODEL_MARK_HOLDS);
    for (size_t i = 0; holds && i < variable->count; i++)
        add_pinned(rows, variable->children[i]);
}

/* The first scope's variables need no heading: they are what one came to see. A filter does, and what is no variable.
 */
static void fill(struct model_rows *rows, const struct model_variable *root, bool any_pinned)
{
    for (size_t i = 0; any_pinned && root && i < root->count; i++)
        add_pinned(rows, root->children[i]);
    for (size_t i = 0; root && i < root->count; i++) {
        struct model_variable *child = root->children[i];
        bool plain = child->scope && strcmp(child->name, "Return") != 0;
        if (i == 0 && plain && child->expanded && !child->match && !child->watches)
            add_children(rows, child, 0);
        else
            add_row(rows, child, 0);
    }
}

static const struct model_rows *rows_of(const struct model *model)
{
    struct model_rows *rows = model->rows;
    if (rows->valid && rows->generation == model->generation)
        return rows;
    rows->count = rows->total = 0;
    rows->generation = model->generation;
    rows->valid = true;
    fill(rows, model->root, model->any_pinned);
    return rows;
}

size_t model_variable_rows(const struct model *model)
{
    return rows_of(model)->total;
}

const struct model_row *model_row_end(const struct model *model)
{
    const struct model_rows *rows = rows_of(model);
    return rows->runs + rows->count;
}

const struct model_row *model_row_at(const struct model *model, size_t index)
{
    const struct model_rows *rows = rows_of(model);
    if (index >= rows->total)
        return NULL;
    size_t low = 0, high = rows->count; /* the last run that begins at INDEX or before */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (rows->runs[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return &rows->runs[low];
}

bool model_row_of(const struct model *model, const struct model_variable *parent, size_t index, size_t *row)
{
    const struct model_rows *rows = rows_of(model);
    for (size_t i = rows->count; i-- > 0;) { /* what is pinned stands in its own place last */
        const struct model_row *run = &rows->runs[i];
        if (run->depth < 0 || run->parent != parent || index < run->index || index - run->index >= run->count)
            continue;
        *row = run->first + (index - run->index);
        return true;
    }
    return false;
}

struct model_variable *model_variable_row(const struct model *model, size_t index, int *depth)
{
    const struct model_row *run = model_row_at(model, index);
    if (!run)
        return NULL;
    *depth = run->depth;
    return run->variable;
}

void model_set_root(struct model *model, struct model_variable *root)
{
    model_variable_destroy(model->root);
    model->root = root;
    model->rows->valid = false;
    model->generation++;
}
