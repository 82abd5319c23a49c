#include "children.h"

#include "members.h"
#include "values_state.h"

#include "protocol/arena.h"
#include "protocol/value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define EXPRESSION_SIZE 512

/* Names */

bool child_is_literal(PyObject *object, int depth)
{
    if (PyTuple_CheckExact(object) && depth < 3 && PyTuple_Size(object) <= 8) {
        for (Py_ssize_t i = 0; i < PyTuple_Size(object); i++) {
            if (!child_is_literal(PyTuple_GetItem(object, i), depth + 1)) {
                return false;
            }
        }
        return true;
    }
    if (PyFloat_CheckExact(object)) {
        double number = PyFloat_AsDouble(object);
        return number - number == 0; /* neither infinite nor NaN */
    }
    return object == Py_None || PyUnicode_CheckExact(object) || PyLong_CheckExact(object) || PyBool_Check(object) ||
           PyBytes_CheckExact(object);
}

bool child_key_name(struct values *values, PyObject *key, char *buffer, size_t size)
{
    struct renderer renderer = values->renderer;
    renderer.hex = false; /* names stay the same whatever the format of values */
    struct text text;
    text_init(&text, buffer, size, CHILD_NAME_COLUMNS);
    text_open(&text, "[", "]");
    render_object(&renderer, &text, key);
    text_close(&text, "]");
    /* An ellipsis of ours would end in a literal of its own: strings say so by being cut. */
    return !text.full && child_is_literal(key, 0) && strstr(buffer, "\xe2\x80\xa6") == NULL;
}

/* What a row is called, and the expression for its value: "" when there is none. */
struct child_words {
    char name[CHILD_NAME_BYTES];
    char expression[EXPRESSION_SIZE];
};

static void set_expression(struct child_words *words, const char *prefix, const char *joint)
{
    int length = PyOS_snprintf(words->expression, sizeof(words->expression), "%s%s%s", prefix, joint, words->name);
    if (length < 0 || (size_t)length >= sizeof(words->expression)) {
        words->expression[0] = '\0';
    }
}

/* Of a name of a namespace: only what can be written in Python has an expression. */
static void describe_key(const struct page *page, const struct child *child, struct child_words *words)
{
    bool variable = child->style == CHILD_VARIABLE;
    if (!PyUnicode_Check(child->key)) {
        child_key_name(page->values, child->key, words->name, sizeof(words->name));
        return;
    }
    object_copy_text(child->key, words->name, CHILD_NAME_COLUMNS * 4);
    bool identifier = PyUnicode_CheckExact(child->key) && PyUnicode_IsIdentifier(child->key) == 1;
    if (identifier && (variable || page->expression[0] != '\0')) {
        set_expression(words, variable ? "" : page->expression, variable ? "" : ".");
    }
}

static void describe_child(const struct page *page, const struct child *child, struct child_words *words)
{
    bool evaluable = page->expression[0] != '\0';
    words->name[0] = words->expression[0] = '\0';
    switch (child->style) {
    case CHILD_ITEM:
        PyOS_snprintf(words->name, sizeof(words->name), "[%lld]", (long long)child->index);
        evaluable = evaluable && !child->opaque;
        break;
    case CHILD_PIECE:
        PyOS_snprintf(words->name, sizeof(words->name), "[%lld:%lld]",
                      (long long)(child->index * member_piece(child->object)),
                      (long long)((child->index + 1) * member_piece(child->object)));
        break;
    case CHILD_ENTRY:
        evaluable = child_key_name(page->values, child->key, words->name, sizeof(words->name)) && evaluable;
        break;
    case CHILD_ATTRIBUTE:
    case CHILD_VARIABLE:
        describe_key(page, child, words);
        return;
    case CHILD_PROPERTY:
        object_copy_text(child->key, words->name, CHILD_NAME_COLUMNS * 4);
        return;
    case CHILD_VALUE:
    case CHILD_GROUP:
        PyOS_snprintf(words->name, sizeof(words->name), "%s", child->text);
        return;
    }
    if (evaluable) {
        set_expression(words, page->expression, "");
    }
}

/* Rows */

static void add_virtual(struct page *page, const struct child *child, const struct child_words *words)
{
    bool property = child->style == CHILD_PROPERTY;
    long long reference = variables_add(page->values, property ? REFERENCE_PROPERTY : child->opens, child->object,
                                        property ? child->key : NULL, page->frame_id,
                                        page->expression[0] != '\0' ? page->expression : NULL);
    struct reference *made = variables_find(page->values, reference);
    if (made != NULL) {
        made->group = child->group;
    }
    struct value *row = variables_virtual_row(page->arena, words->name, "", reference, property);
    if (child->count > 0) {
        value_set_int(page->arena, row, "namedVariables", (long long)child->count);
    }
    value_append(page->arena, page->rows, row);
}

static void add_row(struct page *page, const struct child *child)
{
    struct child_words words;
    describe_child(page, child, &words);
    if (child->style == CHILD_GROUP || child->style == CHILD_PROPERTY) {
        add_virtual(page, child, &words);
        return;
    }
    bool method = group_is_method(&page->values->objects, child->object);
    value_append(page->arena, page->rows,
                 variables_row(page->values, page->arena, words.name, child->object, page->frame_id,
                               words.expression[0] != '\0' ? words.expression : NULL, method ? "method" : NULL));
}

/* Time */

#define SEARCH_MILLISECONDS 50
#define SEARCH_STRIDE       64 /* children between two looks at the clock */

static long long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Gathering */

struct gathered_child {
    struct child child; /* with references of its own */
    char *name;         /* owned; NULL where names are not compared */
    char type[64];
};

struct arrangement {
    char *match; /* owned; NULL: all */
    enum child_sort sort;
    unsigned filter;
    bool hex;
    unsigned long long epoch;        /* of the program: whether its code ran since */
    struct gathered_child *children; /* owned, with all that is in them */
    size_t count, capacity;
    size_t next;        /* how many children were looked at */
    long long deadline; /* of the request */
    bool done;          /* all were */
    bool limited;       /* there are too many */
};

static void let_go(struct gathered_child *children, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Py_XDECREF(children[i].child.key);
        Py_XDECREF(children[i].child.object);
        free(children[i].name);
    }
    free(children);
}

void arrangement_destroy(struct arrangement *arrangement)
{
    if (arrangement != NULL) {
        let_go(arrangement->children, arrangement->count);
        free(arrangement->match);
        free(arrangement);
    }
}

/* Whether NEEDLE stands in TEXT; capitals of ASCII count as small letters. */
static bool contains(const char *text, const char *needle)
{
    size_t length = strlen(needle);
    for (; *text != '\0'; text++) {
        if (strncasecmp(text, needle, length) == 0) {
            return true;
        }
    }
    return length == 0;
}

static bool matches(struct page *page, const struct child *child, const char *name)
{
    if (page->match == NULL || contains(name, page->match)) {
        return true;
    }
    if (child->style == CHILD_PROPERTY || child->style == CHILD_GROUP) {
        return false;
    }
    char buffer[RENDER_BYTES];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), RENDER_COLUMNS);
    render_object(&page->values->renderer, &text, child->object);
    return contains(buffer, page->match);
}

static bool keep(struct page *page, const struct child *child, const char *name)
{
    struct arrangement *arrangement = page->arrangement;
    if (arrangement->count == arrangement->capacity) {
        size_t capacity = arrangement->capacity == 0 ? 64 : arrangement->capacity * 2;
        void *grown = realloc(arrangement->children, capacity * sizeof(*arrangement->children));
        if (grown == NULL) {
            return false;
        }
        arrangement->children = grown;
        arrangement->capacity = capacity;
    }
    struct gathered_child *kept = &arrangement->children[arrangement->count];
    *kept = (struct gathered_child){.child = *child};
    kept->child.text = NULL;
    kept->name = page->sort == SORT_NAME || child->text != NULL ? strdup(name) : NULL;
    if (kept->name == NULL && (page->sort == SORT_NAME || child->text != NULL)) {
        return false;
    }
    kept->child.text = child->text != NULL ? kept->name : NULL; /* it is its name */
    Py_XINCREF(child->key);
    Py_XINCREF(child->object);
    if (page->sort == SORT_TYPE && child->style != CHILD_GROUP && child->style != CHILD_PROPERTY) {
        object_type_name(Py_TYPE(child->object), kept->type, sizeof(kept->type));
    }
    arrangement->count++;
    return true;
}

/* False when that was enough for this request, or for ever: then the page is full. */
static bool gather(struct page *page, const struct child *child)
{
    struct arrangement *arrangement = page->arrangement;
    if (arrangement->deadline == 0) { /* from the first one on, so that every request looks at some */
        arrangement->deadline = now_milliseconds() + SEARCH_MILLISECONDS;
    } else if (arrangement->next % SEARCH_STRIDE == 0 && now_milliseconds() >= arrangement->deadline) {
        page->more = true;
        return false;
    }
    struct child_words words;
    describe_child(page, child, &words);
    arrangement->next++;
    if (!matches(page, child, words.name)) {
        return true;
    }
    if (arrangement->count >= CHILDREN_KEPT || !keep(page, child, words.name)) {
        page->more = page->full = true;
        return false;
    }
    return true;
}

/* Groups and properties come last, in their own order. */
static int rank_of(const struct gathered_child *child)
{
    return child->child.style == CHILD_GROUP ? 2 : child->child.style == CHILD_PROPERTY ? 1 : 0;
}

/* The number that a row is called by: of an item, or a dict's key. */
static bool numbered(const struct child *child, long long *number)
{
    int overflow = 0;
    *number = child->index;
    if (child->style == CHILD_ENTRY && PyLong_CheckExact(child->key)) {
        *number = PyLong_AsLongLongAndOverflow(child->key, &overflow);
    }
    return child->style == CHILD_ITEM || (child->style == CHILD_ENTRY && PyLong_CheckExact(child->key) && !overflow);
}

static int compare_names(const struct gathered_child *a, const struct gathered_child *b)
{
    long long left, right;
    if (numbered(&a->child, &left) && numbered(&b->child, &right)) {
        return left < right ? -1 : left > right;
    }
    const char *name_a = a->name != NULL ? a->name : "", *name_b = b->name != NULL ? b->name : "";
    int order = strcasecmp(name_a, name_b);
    return order != 0 ? order : strcmp(name_a, name_b);
}

typedef int (*gathered_comparison)(const struct gathered_child *a, const struct gathered_child *b);

static int compare_by_name(const struct gathered_child *a, const struct gathered_child *b)
{
    int ranks = rank_of(a) - rank_of(b);
    return ranks != 0 ? ranks : rank_of(a) == 2 ? 0 : compare_names(a, b);
}

static int compare_by_type(const struct gathered_child *a, const struct gathered_child *b)
{
    int ranks = rank_of(a) - rank_of(b);
    return ranks != 0 ? ranks : strcasecmp(a->type, b->type);
}

/* Stable, which qsort() need not be: what compares equal stays in its own order. */
static void merge_sort(struct gathered_child *children, struct gathered_child *spare, size_t count,
                       gathered_comparison compare)
{
    if (count < 2) {
        return;
    }
    size_t half = count / 2;
    merge_sort(children, spare, half, compare);
    merge_sort(children + half, spare, count - half, compare);
    memcpy(spare, children, half * sizeof(*children));
    size_t left = 0, right = half, out = 0;
    while (left < half) {
        bool take_right = right < count && compare(&children[right], &spare[left]) < 0;
        children[out++] = take_right ? children[right++] : spare[left++];
    }
}

static void sort_arranged(struct arrangement *arrangement)
{
    struct gathered_child *spare = malloc((arrangement->count / 2 + 1) * sizeof(*spare));
    if (spare == NULL) {
        arrangement->limited = true;
        return;
    }
    merge_sort(arrangement->children, spare, arrangement->count,
               arrangement->sort == SORT_NAME ? compare_by_name : compare_by_type);
    free(spare);
}

/* Searching */

static bool holds(const struct child_search *search, const char *text)
{
    return search->exact ? strstr(text, search->text) != NULL : contains(text, search->text);
}

/* Whether the row of CHILD holds the text: as it is shown, so that no code of the program runs. */
static bool child_holds(struct page *page, const struct child *child)
{
    struct child_words words;
    describe_child(page, child, &words);
    if (holds(page->search, words.name)) {
        return true;
    }
    if (child->style == CHILD_PROPERTY || child->style == CHILD_GROUP) {
        return false;
    }
    char buffer[RENDER_BYTES];
    struct text text;
    text_init(&text, buffer, sizeof(buffer), RENDER_COLUMNS);
    render_object(&page->values->renderer, &text, child->object);
    if (holds(page->search, buffer)) {
        return true;
    }
    text_init(&text, buffer, sizeof(buffer), RENDER_COLUMNS);
    render_type(&page->values->renderer, &text, child->object);
    return holds(page->search, buffer);
}

/* Look at the child at search->next; false when that was enough. */
static bool search_child(struct page *page, const struct child *child)
{
    struct child_search *search = page->search;
    if (search->deadline == 0) { /* from the first one on: gathering and passing over others takes what it takes */
        search->deadline = now_milliseconds() + SEARCH_MILLISECONDS;
    }
    bool tired = search->next % SEARCH_STRIDE == 0 && now_milliseconds() >= search->deadline;
    if (search->next >= search->end || tired) {
        page->more = true;
        return false;
    }
    size_t index = search->next++;
    if (!child_holds(page, child)) {
        return true;
    }
    search->index = index;
    search->found = true;
    page->more = !search->last;
    return search->last;
}

/* Make rows of the children of an arrangement that the page holds, or search in them. */
static void page_arranged(struct page *page, const struct arrangement *arrangement)
{
    bool search = page->search != NULL;
    size_t count = arrangement->count;
    for (size_t i = page->skip; search && i < count && search_child(page, &arrangement->children[i].child);) {
        i++;
    }
    for (size_t i = page->skip; !search && i < count && i - page->skip < page->left; i++) {
        add_row(page, &arrangement->children[i].child);
    }
    if (!search) {
        page->more = count > page->skip && count - page->skip > page->left;
    }
}

/* Finding */

static bool look_at(struct page *page, const struct child *child)
{
    struct found_child *found = page->finding;
    struct child_words words;
    describe_child(page, child, &words);
    if (strcmp(words.name, found->name) == 0 && child->style != CHILD_GROUP) {
        if (found->object != NULL) {
            found->ambiguous = true;
            return false;
        }
        found->style = child->style;
        found->key = Py_XNewRef(child->key);
        found->object = Py_NewRef(child->object);
    }
    /* Only entries can be called alike, by a shortened key; and those whose key is short are not. */
    bool unique = found->object != NULL && child->style != CHILD_ENTRY;
    return !unique && ++found->looked_at < CHILDREN_LOOKED_AT;
}

/* The key that NAME, "[literal]", spells and DICT has: new reference, or NULL without an error. */
static PyObject *literal_key(PyObject *dict, const char *name)
{
    char literal[CHILD_NAME_BYTES];
    size_t length = strlen(name);
    if (length < 3 || length >= sizeof(literal) || name[length - 1] != ']') {
        return NULL;
    }
    memcpy(literal, name + 1, length - 2);
    literal[length - 2] = '\0';
    PyObject *code = Py_CompileString(literal, "<key>", Py_eval_input);
    PyObject *globals = code != NULL ? PyDict_New() : NULL;
    PyObject *nothing = globals != NULL ? PyDict_New() : NULL;
    PyObject *key = NULL;
    if (nothing != NULL && PyDict_SetItemString(globals, "__builtins__", nothing) == 0) {
        key = PyEval_EvalCode(code, globals, globals);
    }
    if (key != NULL && (!child_is_literal(key, 0) || PyDict_Contains(dict, key) != 1)) {
        Py_CLEAR(key);
    }
    Py_XDECREF(nothing);
    Py_XDECREF(globals);
    Py_XDECREF(code);
    PyErr_Clear();
    return key;
}

/* Far behind in a huge dict, a key that is a literal is looked up. */
static void look_up(PyObject *dict, struct found_child *found)
{
    PyObject *key = literal_key(dict, found->name);
    PyObject *object = key != NULL ? PyDict_GetItemWithError(dict, key) : NULL;
    if (object != NULL) {
        found->style = CHILD_ENTRY;
        found->key = Py_NewRef(key);
        found->object = Py_NewRef(object);
    }
    Py_XDECREF(key);
}

/* The number in "[12]", that of the piece of OBJECT in "[64:128]"; -1 for any other name. */
static long long index_of(const char *name, PyObject *object)
{
    char *end = NULL;
    long long index = name[0] == '[' && name[1] >= '0' && name[1] <= '9' ? strtoll(name + 1, &end, 10) : -1;
    if (end != NULL && *end == ':') {
        return object != NULL ? index / member_piece(object) : -1;
    }
    return end != NULL && strcmp(end, "]") == 0 ? index : -1;
}

bool child_find(struct values *values, long long number, const char *name, struct found_child *found)
{
    *found = (struct found_child){.name = name};
    struct reference *at = variables_find(values, number);
    if (at == NULL || at->kind == REFERENCE_PROPERTY) {
        return false;
    }
    struct reference reference = *at;
    struct page_request wanted = {.reference = number, .filter = CHILDREN_ALL};
    struct page page = {.values = values,
                        .reference = number,
                        .frame_id = reference.frame_id,
                        .expression = "",
                        .match = "",
                        .finding = found};
    long long index = index_of(name, reference.object);
    if (index >= 0 && reference.kind == REFERENCE_OBJECT && !PyDict_Check(reference.object)) {
        page.skip = (size_t)index; /* items are called by their place */
    }
    Py_XINCREF(reference.object);
    list_children(&page, &reference, &wanted);
    if (found->object == NULL && found->looked_at >= CHILDREN_LOOKED_AT && PyDict_Check(reference.object)) {
        look_up(reference.object, found);
    }
    Py_XDECREF(reference.object);
    PyErr_Clear();
    return found->object != NULL;
}

void found_child_finish(struct found_child *found)
{
    Py_CLEAR(found->key);
    Py_CLEAR(found->object);
}

/* Pages: children are offered in order; those before the start are skipped, those after the end only noted. */

Py_ssize_t page_piece_overlap(const struct page *page)
{
    size_t length = page->search != NULL && page->arrangement == NULL ? strlen(page->search->text) : 0;
    size_t most = RENDER_COLUMNS / 3; /* with the piece and its quotes it is to be rendered whole */
    return length == 0 ? 0 : (Py_ssize_t)(length - 1 < most ? length - 1 : most);
}

bool page_can_skip(const struct page *page)
{
    return page->arrangement == NULL || page->resumes;
}

bool page_offer(struct page *page, const struct child *child)
{
    if (page->skip > 0) {
        page->skip--;
        return true;
    }
    if (page->arrangement != NULL) {
        return gather(page, child);
    }
    if (page->finding != NULL) {
        return look_at(page, child);
    }
    if (page->search != NULL) {
        return search_child(page, child);
    }
    if (page->left == 0) {
        page->more = true;
        return false;
    }
    page->left--;
    add_row(page, child);
    return true;
}

/* Arrangements */

/* Whether any of its children is reached without passing those before it, however they are arranged: items and entries
 * are; names of an object may be in groups or not, and are few. */
static bool can_resume(struct values *values, const struct reference *reference)
{
    PyObject *object = reference->object;
    if (reference->kind != REFERENCE_OBJECT || member_long_text(object) > 0) {
        return false;
    }
    PyObject *dict = PyDict_Check(object) || PyAnySet_Check(object) ? NULL : object_dict(&values->objects, object);
    bool plain = dict == NULL && render_length(&values->renderer, object) >= 0;
    Py_XDECREF(dict);
    return plain;
}

/* Items of a list are in the order of their numbers. */
static bool is_in_order(const struct reference *reference, const struct page_request *wanted)
{
    bool sequence = reference->kind == REFERENCE_OBJECT &&
                    (PyList_CheckExact(reference->object) || PyTuple_CheckExact(reference->object));
    return wanted->match == NULL && (wanted->sort == SORT_DEFINITION || (wanted->sort == SORT_NAME && sequence));
}

static bool is_arranged_so(const struct arrangement *arrangement, const struct values *values,
                           const struct page_request *wanted)
{
    bool same = arrangement->match == NULL || wanted->match == NULL ? arrangement->match == wanted->match
                                                                    : strcmp(arrangement->match, wanted->match) == 0;
    return same && arrangement->sort == wanted->sort && arrangement->filter == wanted->filter &&
           arrangement->hex == values->renderer.hex && arrangement->epoch == values->epoch;
}

/* That of the reference, made anew where the one that is there is another one: borrowed; NULL: out of memory. */
static struct arrangement *arrangement_of(struct values *values, const struct page_request *wanted)
{
    struct reference *reference = variables_find(values, wanted->reference);
    struct arrangement *former = reference->arrangement;
    if (former != NULL && is_arranged_so(former, values, wanted)) {
        return former;
    }
    struct arrangement *made = calloc(1, sizeof(*made));
    char *match = made != NULL && wanted->match != NULL ? strdup(wanted->match) : NULL;
    if (made == NULL || (wanted->match != NULL && match == NULL)) {
        free(made);
        return NULL;
    }
    *made = (struct arrangement){.match = match,
                                 .sort = wanted->sort,
                                 .filter = wanted->filter,
                                 .hex = values->renderer.hex,
                                 .epoch = values->epoch};
    reference->arrangement = made; /* first: what is let go of may run code */
    arrangement_destroy(former);
    return made;
}

/* Look at further children, for a while. */
static void arrange(struct page *page, const struct reference *reference, const struct page_request *wanted)
{
    struct arrangement *arrangement = page->arrangement;
    arrangement->deadline = 0;
    page->skip = arrangement->next;
    page->resumes = can_resume(page->values, reference);
    list_children(page, reference, wanted);
    arrangement->done = page->full || !page->more;
    arrangement->limited = page->full;
    if (arrangement->done && arrangement->sort != SORT_DEFINITION) {
        sort_arranged(arrangement);
    }
}

/* The rows of REFERENCE, a copy; by name or type only when there are not too many. */
static void make_page(struct values *values, struct arena *arena, const struct reference *reference,
                      const struct page_request *wanted, struct page_end *end)
{
    const char *expression = reference->expression != NULL ? reference->expression : "";
    struct page page = {
        .values = values,
        .arena = arena,
        .rows = end->rows,
        .left = wanted->count,
        .reference = wanted->reference,
        .frame_id = reference->frame_id,
        .expression = arena_printf(arena, "%s", expression), /* the reference may end while code runs */
        .search = end->search,
    };
    bool lookup = !is_in_order(reference, wanted) && reference->kind != REFERENCE_PROPERTY;
    struct arrangement *arrangement = lookup ? arrangement_of(values, wanted) : NULL;
    if (page.expression == NULL || (lookup && arrangement == NULL)) {
        return;
    }
    if (lookup && !arrangement->done) {
        struct page gathering = page;
        gathering.match = wanted->match;
        gathering.sort = wanted->sort;
        gathering.arrangement = arrangement;
        gathering.search = NULL;
        arrange(&gathering, reference, wanted);
    }
    end->limited = lookup && arrangement->limited;
    page.skip = wanted->start;
    if (lookup && !arrangement->done) {
        end->more = end->unfinished = true;
        end->looked = arrangement->next;
        end->total = arrangement->count;
    } else if (lookup && !(end->limited && wanted->match == NULL)) {
        page_arranged(&page, arrangement);
        end->more = page.more;
        end->total = arrangement->count;
    } else { /* too many to sort: in their own order, then */
        list_children(&page, reference, wanted);
        end->more = page.more;
    }
}

static void list_page(struct values *values, struct arena *arena, const struct page_request *wanted,
                      struct page_end *end)
{
    struct reference *found = variables_find(values, wanted->reference);
    if (found == NULL) {
        return;
    }
    /* A copy: the table moves, and code that runs for a property may end the stop's references. */
    struct reference reference = *found;
    Py_XINCREF(reference.object);
    Py_XINCREF(reference.name);
    make_page(values, arena, &reference, wanted, end);
    Py_XDECREF(reference.object);
    Py_XDECREF(reference.name);
    PyErr_Clear();
}

void variables_page(struct values *values, struct arena *arena, const struct page_request *wanted, struct page_end *end)
{
    *end = (struct page_end){.rows = value_array(arena)};
    list_page(values, arena, wanted, end);
}

void variables_search(struct values *values, struct arena *arena, const struct page_request *wanted,
                      struct child_search *search)
{
    struct page_end end = {.search = search};
    struct page_request request = *wanted;
    request.start = search->next;
    list_page(values, arena, &request, &end);
    search->more = end.more;
}
