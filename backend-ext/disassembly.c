#include "disassembly.h"

#include "lines.h"
#include "objects.h"
#include "render.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TABLE_LIMIT      (1 << 20)
#define HEADING_LINES    1
#define CONSTANT_COLUMNS 80
#define CACHE            0 /* the opcode of inline caches, on every version */

void opcode_names_finish(struct opcode_names *opcodes)
{
    free(opcodes->names);
    *opcodes = (struct opcode_names){0};
}

/* The names. */

/* The first file of the standard library, of those that may hold the table, as a string. NULL: none. */
static char *read_table(void)
{
    static const char *const files[] = {"_opcode_metadata.py", "opcode.py"};
    char directory[PATH_MAX], path[PATH_MAX + 32];
    PyObject *library = PySys_GetObject("_stdlib_dir"); /* borrowed */
    if (!library || !object_copy_text(library, directory, sizeof(directory))) {
        return NULL;
    }
    int descriptor = -1;
    for (size_t i = 0; i < 2 && descriptor < 0; i++) {
        PyOS_snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    char *text = descriptor >= 0 ? calloc(1, TABLE_LIMIT + 1) : NULL;
    for (size_t length = 0; text && length < TABLE_LIMIT;) {
        ssize_t count = read(descriptor, text + length, TABLE_LIMIT - length);
        if (count <= 0) {
            break;
        }
        length += (size_t)count;
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    return text;
}

static bool is_word(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

/* What the word from AT to END is said to be: `def_op('POP_TOP', 1)`, `'POP_TOP': 1,` or `POP_TOP=1,`. */
static void take_entry(struct opcode_names *opcodes, const char *at, const char *end)
{
    char *behind = NULL;
    const char *number = end + strspn(end, "'");
    size_t signs = strspn(number, ",:= ");
    long value = signs && isdigit((unsigned char)number[signs]) ? strtol(number + signs, &behind, 10) : -1;
    size_t length = (size_t)(end - at);
    if (value < 0 || length >= DISASSEMBLY_NAME) {
        return;
    }
    if (length == strlen("HAVE_ARGUMENT") && strncmp(at, "HAVE_ARGUMENT", length) == 0) {
        opcodes->have_argument = (int)value + (Py_Version >= 0x030d0000); /* the last one without, since then */
    } else if (value <= UCHAR_MAX && (*behind == ',' || *behind == ')') && !opcodes->names[value][0]) {
        memcpy(opcodes->names[value], at, length);
    }
}

static bool learn_names(struct opcode_names *opcodes)
{
    if (opcodes->names) {
        return true;
    }
    opcodes->names = calloc(UCHAR_MAX + 1, sizeof(*opcodes->names));
    if (!opcodes->names) {
        return false;
    }
    char *text = read_table();
    for (const char *at = text; at && *at;) {
        const char *end = at;
        while (isupper((unsigned char)*at) && is_word(*end)) {
            end++;
        }
        if (end - at > 2) {
            take_entry(opcodes, at, end);
        }
        for (end = end > at ? end : at + 1; is_word(end[-1]) && is_word(*end); end++) {
        }
        at = end;
    }
    free(text);
    for (int i = 0; i <= UCHAR_MAX; i++) {
        if (!opcodes->names[i][0]) {
            PyOS_snprintf(opcodes->names[i], DISASSEMBLY_NAME, "opcode %d", i);
        }
    }
    return true;
}

const char *opcode_name(struct opcode_names *opcodes, unsigned char opcode)
{
    return learn_names(opcodes) ? opcodes->names[opcode] : "";
}

/* Instructions. */

struct instruction {
    int offset, next; /* bytes; NEXT is behind its caches */
    unsigned char opcode;
    unsigned argument;
};

struct listing {
    struct opcode_names *opcodes;
    const struct renderer *renderer;
    PyObject *code, *bytes;             /* bytes: owned */
    PyObject *constants, *names;        /* owned tuples or NULL */
    PyObject *variables, *cells, *free; /* the same */
    struct line_table lines;
    unsigned char *targets; /* owned: of each unit, whether something jumps there */
};

/* The instruction at OFFSET or, past caches, after it. EXTENDED_ARG is an instruction of its own, whose argument
 * the caller gives on as PREFIX. */
static bool next_instruction(PyObject *bytes, int offset, unsigned prefix, struct instruction *out)
{
    const unsigned char *code = (const unsigned char *)PyBytes_AsString(bytes);
    Py_ssize_t size = PyBytes_Size(bytes);
    if (offset + 1 >= size) {
        return false;
    }
    *out = (struct instruction){.offset = offset, .opcode = code[offset], .argument = prefix << 8 | code[offset + 1]};
    out->next = offset + 2;
    while (out->next + 1 < size && code[out->next] == CACHE) {
        out->next += 2;
    }
    return true;
}

static PyObject *code_bytes(PyObject *code)
{
    PyObject *bytes = PyObject_GetAttrString(code, "co_code");
    if (bytes && (!PyBytes_Check(bytes) || PyBytes_Size(bytes) > INT_MAX - 2)) {
        Py_CLEAR(bytes);
    }
    PyErr_Clear();
    return bytes;
}

int disassembly_line(PyObject *code, int offset)
{
    PyObject *bytes = code_bytes(code);
    struct instruction instruction;
    int line = HEADING_LINES;
    for (int at = 0; bytes && at <= offset && next_instruction(bytes, at, 0, &instruction); at = instruction.next) {
        line++;
    }
    Py_XDECREF(bytes);
    return line;
}

/* Arguments. */

enum argument_kind { NUMBER, CONSTANT, NAME, NAME_2, NAME_4, ATTRIBUTE, LOCAL, JUMP, COMPARISON, OPERATION };

/* By a part of the name, in this order; what stands for all versions. */
static const struct {
    const char *part;
    enum argument_kind kind;
} argument_kinds[] = {
    {"LOAD_CONST", CONSTANT},
    {"RETURN_CONST", CONSTANT},
    {"KW_NAMES", CONSTANT},
    {"LOAD_GLOBALS", NUMBER},
    {"LOAD_GLOBAL", NAME_2},
    {"SUPER_ATTR", NAME_4},
    {"LOAD_ATTR", ATTRIBUTE},
    {"IMPORT_FROM", NAME},
    {"IMPORT_NAME", NAME_4},
    {"LOAD_METHOD", NAME},
    {"_NAME", NAME},
    {"_GLOBAL", NAME},
    {"_ATTR", NAME},
    {"_FAST", LOCAL},
    {"_DEREF", LOCAL},
    {"_CLASSDEREF", LOCAL},
    {"CLOSURE", LOCAL},
    {"MAKE_CELL", LOCAL},
    {"JUMP", JUMP},
    {"FOR_ITER", JUMP},
    {"COMPARE_OP", COMPARISON},
    {"BINARY_OP", OPERATION},
};

static enum argument_kind kind_of(const char *name)
{
    if (strcmp(name, "SEND") == 0) {
        return JUMP;
    }
    for (size_t i = 0; i < sizeof(argument_kinds) / sizeof(*argument_kinds); i++) {
        if (strstr(name, argument_kinds[i].part)) {
            return argument_kinds[i].kind;
        }
    }
    return NUMBER;
}

static PyObject *item(PyObject *tuple, unsigned index)
{
    return tuple && PyTuple_Check(tuple) && (Py_ssize_t)index < PyTuple_Size(tuple)
               ? PyTuple_GetItem(tuple, (Py_ssize_t)index)
               : NULL;
}

/* The variable at INDEX: locals, cells that are none of them, then free variables. Borrowed or NULL. */
static PyObject *variable(const struct listing *listing, unsigned index)
{
    unsigned count = listing->variables ? (unsigned)PyTuple_Size(listing->variables) : 0;
    if (index < count) {
        return item(listing->variables, index);
    }
    index -= count;
    for (unsigned i = 0; item(listing->cells, i); i++) {
        bool is_local = false;
        for (unsigned j = 0; j < count && !is_local; j++) {
            is_local = PyUnicode_Compare(item(listing->cells, i), item(listing->variables, j)) == 0;
        }
        if (!is_local && index-- == 0) {
            return item(listing->cells, i);
        }
    }
    return item(listing->free, index);
}

static void put_name(struct text *text, PyObject *name)
{
    char buffer[256];
    if (name && object_copy_text(name, buffer, sizeof(buffer))) {
        text_printf(text, " (%s)", buffer);
    }
}

static void put_locals(const struct listing *listing, struct text *text, const char *name, unsigned argument)
{
    const char *first = strstr(name, "_FAST");
    if (first && strstr(first + 1, "_FAST")) { /* two in one */
        put_name(text, variable(listing, argument >> 4));
        put_name(text, variable(listing, argument & 15));
    } else {
        put_name(text, variable(listing, argument));
    }
}

static void put_constant(const struct listing *listing, struct text *text, unsigned index)
{
    char buffer[RENDER_BYTES];
    struct text value;
    PyObject *constant = item(listing->constants, index);
    if (constant) {
        text_init(&value, buffer, sizeof(buffer), CONSTANT_COLUMNS);
        render_object(listing->renderer, &value, constant);
        text_printf(text, " (%s)", buffer);
    }
}

static int jump_target(const struct listing *listing, const struct instruction *instruction)
{
    bool back = strstr(listing->opcodes->names[instruction->opcode], "BACKWARD") != NULL;
    long long far = 2LL * instruction->argument;
    long long target = back ? instruction->next - far : instruction->next + far;
    return target >= 0 && target < PyBytes_Size(listing->bytes) ? (int)target : -1;
}

static void put_argument(const struct listing *listing, struct text *text, const struct instruction *instruction)
{
    static const char *const comparisons[] = {"<", "<=", "==", "!=", ">", ">="};
    static const char *const operations[] = {"+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^"};
    const char *name = listing->opcodes->names[instruction->opcode];
    unsigned argument = instruction->argument;
    unsigned operation = argument % 13, compared = argument >> (Py_Version >= 0x030d0000 ? 5 : 4);
    switch (kind_of(name)) {
    case CONSTANT:
        put_constant(listing, text, argument);
        break;
    case NAME:
        put_name(text, item(listing->names, argument));
        break;
    case NAME_2:
        put_name(text, item(listing->names, argument >> 1));
        break;
    case NAME_4: /* IMPORT_NAME has flags there since 3.15 */
        put_name(text, item(listing->names, name[0] == 'I' && Py_Version < 0x030f0000 ? argument : argument >> 2));
        break;
    case ATTRIBUTE:
        put_name(text, item(listing->names, Py_Version < 0x030c0000 ? argument : argument >> 1));
        break;
    case LOCAL:
        put_locals(listing, text, name, argument);
        break;
    case JUMP:
        text_printf(text, " (to %d)", jump_target(listing, instruction));
        break;
    case COMPARISON:
        compared = Py_Version < 0x030c0000 ? argument : compared;
        text_printf(text, " (%s)", compared < 6 ? comparisons[compared] : "?");
        break;
    case OPERATION:
        text_printf(text, " (%s%s)", argument == 26 ? "[]" : operations[operation],
                    argument >= 13 && argument < 26 ? "=" : "");
        break;
    case NUMBER:
        break;
    }
}

/* The listing. */

static PyObject *tuple_of(PyObject *code, const char *name)
{
    PyObject *tuple = PyObject_GetAttrString(code, name);
    if (tuple && !PyTuple_Check(tuple)) {
        Py_CLEAR(tuple);
    }
    PyErr_Clear();
    return tuple;
}

static bool begin(struct listing *listing)
{
    PyObject *code = listing->code;
    listing->bytes = code_bytes(code);
    listing->constants = tuple_of(code, "co_consts");
    listing->names = tuple_of(code, "co_names");
    listing->variables = tuple_of(code, "co_varnames");
    listing->cells = tuple_of(code, "co_cellvars");
    listing->free = tuple_of(code, "co_freevars");
    size_t units = listing->bytes ? (size_t)PyBytes_Size(listing->bytes) / 2 : 0;
    listing->targets = calloc(units + 1, 1);
    return listing->bytes && listing->targets && learn_names(listing->opcodes) &&
           line_table_read(&listing->lines, code);
}

static void finish(struct listing *listing)
{
    line_table_finish(&listing->lines);
    free(listing->targets);
    Py_XDECREF(listing->bytes);
    Py_XDECREF(listing->constants);
    Py_XDECREF(listing->names);
    Py_XDECREF(listing->variables);
    Py_XDECREF(listing->cells);
    Py_XDECREF(listing->free);
}

static unsigned prefix_for_next(const struct listing *listing, const struct instruction *instruction)
{
    return strcmp(listing->opcodes->names[instruction->opcode], "EXTENDED_ARG") == 0 ? instruction->argument : 0;
}

static void mark_targets(struct listing *listing)
{
    struct instruction each;
    unsigned prefix = 0;
    for (int at = 0; next_instruction(listing->bytes, at, prefix, &each); at = each.next) {
        prefix = prefix_for_next(listing, &each);
        int target = kind_of(listing->opcodes->names[each.opcode]) == JUMP ? jump_target(listing, &each) : -1;
        if (target >= 0) {
            listing->targets[target / 2] = 1;
        }
    }
}

/* "  12 >>   34  LOAD_FAST   0 (x)": line of the source, whether it is jumped to, offset, instruction. New str. */
static PyObject *describe(const struct listing *listing, const struct instruction *instruction, int line)
{
    char buffer[RENDER_BYTES * 2], number[16] = "";
    struct text text;
    const char *name = listing->opcodes->names[instruction->opcode];
    text_init(&text, buffer, sizeof(buffer), 200);
    if (line > 0) {
        PyOS_snprintf(number, sizeof(number), "%d", line);
    }
    bool argued = instruction->opcode >= listing->opcodes->have_argument;
    text_printf(&text, argued ? "%5s %2s %5d  %-27s %3u" : "%5s %2s %5d  %s", number,
                listing->targets[instruction->offset / 2] ? ">>" : "", instruction->offset, name,
                instruction->argument);
    if (argued) {
        put_argument(listing, &text, instruction);
    }
    PyErr_Clear();
    return PyUnicode_FromString(buffer);
}

static PyObject *heading(PyObject *code)
{
    PyObject *name = PyObject_GetAttrString(code, "co_qualname"), *text = NULL;
    PyObject *file = PyObject_GetAttrString(code, "co_filename");
    if (name && file) {
        text = PyUnicode_FromFormat("# disassembly of %U: there is no source text of %U", name, file);
    }
    Py_XDECREF(name);
    Py_XDECREF(file);
    return text;
}

static bool append_and_drop(PyObject *list, PyObject *line)
{
    bool ok = list && line && PyList_Append(list, line) == 0;
    Py_XDECREF(line);
    return ok;
}

static bool list_instructions(const struct listing *listing, PyObject *list)
{
    struct instruction each;
    unsigned prefix = 0;
    int former = 0;
    bool ok = true;
    for (int at = 0; ok && next_instruction(listing->bytes, at, prefix, &each); at = each.next) {
        prefix = prefix_for_next(listing, &each);
        int line = line_table_at(&listing->lines, each.offset);
        ok = append_and_drop(list, describe(listing, &each, line != former ? line : 0));
        former = line;
    }
    return ok;
}

PyObject *disassembly_text(struct opcode_names *opcodes, const struct renderer *renderer, PyObject *code)
{
    struct listing listing = {.opcodes = opcodes, .renderer = renderer, .code = code};
    PyObject *text = NULL, *newline = NULL, *list = PyList_New(0);
    if (begin(&listing) && append_and_drop(list, heading(code))) {
        mark_targets(&listing);
        newline = list_instructions(&listing, list) && append_and_drop(list, PyUnicode_FromString(""))
                      ? PyUnicode_FromString("\n")
                      : NULL;
        text = newline ? PyUnicode_Join(newline, list) : NULL;
    }
    Py_XDECREF(newline);
    Py_XDECREF(list);
    finish(&listing);
    return text;
}
