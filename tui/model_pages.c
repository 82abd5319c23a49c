/* Children of which only some are here: pages around what is looked at.
 *
 * Children stand in the order of their index. A list of ten million items so holds some hundred of them, wherever in
 * it the user is; those that are open or marked stay, as islands. */
#include "model_tree.h"
#include "xalloc.h"

#include <string.h>

size_t model_variable_total(const struct model_variable *variable)
{
    size_t here = variable->count ? variable->children[variable->count - 1]->index + 1 : 0;
    return variable->total > here ? variable->total : here;
}

size_t model_variable_position(const struct model_variable *variable, size_t index)
{
    size_t low = 0, high = variable->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (variable->children[middle]->index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct model_variable *model_variable_child(const struct model_variable *variable, size_t index)
{
    size_t position = model_variable_position(variable, index);
    bool here = position < variable->count && variable->children[position]->index == index;
    return here ? variable->children[position] : NULL;
}

struct model_variable *model_variable_place(struct model_variable *variable, size_t index)
{
    size_t position = model_variable_position(variable, index);
    if (position < variable->count && variable->children[position]->index == index)
        return variable->children[position];
    struct model_variable *child = model_variable_create(variable); /* as the last one */
    memmove(&variable->children[position + 1], &variable->children[position],
            (variable->count - 1 - position) * sizeof *variable->children);
    variable->children[position] = child;
    child->index = index;
    return child;
}

bool model_variable_is_whole(const struct model_variable *variable)
{
    return !variable->more && variable->count == model_variable_total(variable);
}

/* Those from position FIRST on. */
static void drop_from(struct model_variable *variable, size_t first)
{
    while (variable->count > first)
        model_variable_destroy(variable->children[--variable->count]);
}

bool model_variable_has_open_end(const struct model_variable *variable)
{
    return variable->more && variable->count > 0 &&
           variable->children[variable->count - 1]->index + 1 == model_variable_total(variable);
}

void model_variable_learn(struct model_variable *variable, size_t start, size_t count, bool more)
{
    size_t end = start + count, total = model_variable_total(variable);
    size_t counted = (size_t)(variable->indexed > variable->named ? variable->indexed : variable->named);
    if (!more) {
        bool shorter = count == 0 && start < total; /* than was said: nobody knows how much */
        drop_from(variable, model_variable_position(variable, end));
        variable->total = shorter ? 0 : end;
        variable->more = shorter && start > 0;
        return;
    }
    variable->more = true;
    variable->total = total > end ? total : end;
    if (!variable->scope && !variable->match && counted > variable->total)
        variable->total = counted; /* a namespace counts names that are in groups */
}

/* What the user did something with. */
static bool is_kept(const struct model_variable *variable)
{
    return variable->expanded || variable->marks || variable->display || variable->loading;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

void model_variable_trim(struct model_variable *variable, size_t index, size_t most)
{
    size_t low = 0, high = variable->count, left = 0;
    for (size_t i = 0; i < variable->count; i++)
        left += !is_kept(variable->children[i]);
    while (left > most && low < high) {
        struct model_variable **first = &variable->children[low], **last = &variable->children[high - 1];
        bool from_start = distance((*first)->index, index) > distance((*last)->index, index);
        struct model_variable **farthest = from_start ? first : last;
        low += from_start;
        high -= !from_start;
        if (is_kept(*farthest))
            continue;
        if (variable->total <= (*farthest)->index)
            variable->total = (*farthest)->index + 1;
        model_variable_destroy(*farthest);
        *farthest = NULL;
        left--;
    }
    size_t kept = 0;
    for (size_t i = 0; i < variable->count; i++)
        if (variable->children[i])
            variable->children[kept++] = variable->children[i];
    variable->count = kept;
}

bool model_variable_wanted(const struct model_variable *variable, size_t from, size_t until, size_t page, size_t *start,
                           size_t *count)
{
    size_t total = model_variable_total(variable), position = model_variable_position(variable, from);
    size_t missing = from; /* the first one that is not here */
    while (position < variable->count && variable->children[position]->index == missing) {
        missing++;
        position++;
    }
    bool open_ended = model_variable_has_open_end(variable);
    total += open_ended; /* at least */
    if (missing >= until || missing >= total)
        return false;
    size_t begin = position ? variable->children[position - 1]->index + 1 : 0; /* of the gap, and its end */
    size_t end = position < variable->count ? variable->children[position]->index : total;
    bool open_end = open_ended && end == total;
    until = until < end ? until : end;
    if (missing == begin || open_end)
        *start = missing;
    else if (until == end) /* what comes before what is here, or the end of all */
        *start = end > page ? end - page : 0;
    else
        *start = missing > page / 4 ? missing - page / 4 : 0;
    *start = *start > begin ? *start : begin;
    *count = open_end || end - *start > page ? page : end - *start;
    return true;
}
