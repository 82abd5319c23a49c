/* A theme is a few layers, each a table from role to style: the base of the file and what its sections
 * override. Choosing a terminal flattens the layers that apply into one table, which is all that drawing
 * looks at. */
#include "theme.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "inifile.h"
#include "log.h"
#include "paths.h"
#include "theme_default.h"
#include "xalloc.h"

enum layer { LAYER_BASE, LAYER_DARK, LAYER_LIGHT, LAYER_256, LAYER_16, LAYER_8, LAYER_MONO, LAYER_COUNT };

static const char *const layer_names[LAYER_COUNT] = {"", "dark", "light", "256", "16", "8", "mono"};

struct role_info {
    const char *name;
    enum role parent;
    uint16_t mono; /* attributes when there are no colours and the theme has no say */
    bool overlay;  /* the same with colours: it is laid over text that has its own */
};

static const struct role_info roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {"text", ROLE_TEXT, 0},
    [ROLE_DIM] = {"dim", ROLE_TEXT, STYLE_DIM},
    [ROLE_STATUS] = {"status", ROLE_TEXT, STYLE_REVERSE},
    [ROLE_STATUS_RUNNING] = {"status-running", ROLE_STATUS, STYLE_REVERSE},
    [ROLE_STATUS_STOPPED] = {"status-stopped", ROLE_STATUS, STYLE_REVERSE | STYLE_BOLD},
    [ROLE_STATUS_ERROR] = {"status-error", ROLE_STATUS, STYLE_REVERSE | STYLE_BOLD},
    [ROLE_HINT_KEY] = {"hint-key", ROLE_TEXT, STYLE_BOLD},
    [ROLE_HINT_TEXT] = {"hint-text", ROLE_DIM, 0},
    [ROLE_BORDER] = {"border", ROLE_DIM, 0},
    [ROLE_TITLE] = {"title", ROLE_TEXT, 0},
    [ROLE_TITLE_FOCUSED] = {"title-focused", ROLE_TITLE, STYLE_REVERSE | STYLE_BOLD},
    [ROLE_TITLE_HOTKEY] = {"title-hotkey", ROLE_TITLE, STYLE_UNDERLINE},
    [ROLE_SELECTED] = {"selected", ROLE_TEXT, STYLE_UNDERLINE},
    [ROLE_SELECTED_FOCUSED] = {"selected-focused", ROLE_SELECTED, STYLE_REVERSE},
    [ROLE_LINE_NUMBER] = {"line-number", ROLE_DIM, STYLE_DIM},
    [ROLE_LINE_CURRENT] = {"line-current", ROLE_TEXT, STYLE_REVERSE},
    [ROLE_LINE_CALLER] = {"line-caller", ROLE_LINE_CURRENT, STYLE_UNDERLINE},
    [ROLE_SUB_EXPRESSION] = {"sub-expression", ROLE_TEXT, STYLE_UNDERLINE, .overlay = true},
    [ROLE_MARK_CURRENT] = {"mark-current", ROLE_TEXT, STYLE_BOLD},
    [ROLE_MARK_BREAKPOINT] = {"mark-breakpoint", ROLE_TEXT, STYLE_BOLD},
    [ROLE_MARK_DISABLED] = {"mark-disabled", ROLE_MARK_BREAKPOINT, 0},
    [ROLE_MARK_PENDING] = {"mark-pending", ROLE_MARK_BREAKPOINT, 0},
    [ROLE_INLINE_VALUE] = {"inline-value", ROLE_DIM, STYLE_DIM},
    [ROLE_SEARCH_HIT] = {"search-hit", ROLE_TEXT, STYLE_REVERSE | STYLE_BOLD},
    [ROLE_VARIABLE_NAME] = {"variable-name", ROLE_TEXT, 0},
    [ROLE_VARIABLE_VALUE] = {"variable-value", ROLE_TEXT, 0},
    [ROLE_VARIABLE_TYPE] = {"variable-type", ROLE_DIM, STYLE_DIM},
    [ROLE_VARIABLE_CHANGED] = {"variable-changed", ROLE_VARIABLE_VALUE, STYLE_BOLD},
    [ROLE_STACK_FUNCTION] = {"stack-function", ROLE_TEXT, 0},
    [ROLE_STACK_LOCATION] = {"stack-location", ROLE_DIM, STYLE_DIM},
    [ROLE_STACK_CURRENT] = {"stack-current", ROLE_STACK_FUNCTION, STYLE_BOLD},
    [ROLE_BREAKPOINT_LOCATION] = {"breakpoint-location", ROLE_TEXT, 0},
    [ROLE_BREAKPOINT_DETAIL] = {"breakpoint-detail", ROLE_DIM, STYLE_DIM},
    [ROLE_MESSAGE] = {"message", ROLE_TEXT, 0},
    [ROLE_MESSAGE_ERROR] = {"message-error", ROLE_MESSAGE, STYLE_BOLD},
    [ROLE_PROMPT] = {"prompt", ROLE_TEXT, STYLE_BOLD},
    [ROLE_INPUT] = {"input", ROLE_TEXT, 0},
    [ROLE_DIALOG] = {"dialog", ROLE_TEXT, 0},
    [ROLE_DIALOG_TITLE] = {"dialog-title", ROLE_DIALOG, STYLE_BOLD},
    [ROLE_DIALOG_FIELD] = {"dialog-field", ROLE_INPUT, STYLE_UNDERLINE},
    [ROLE_DIALOG_BUTTON] = {"dialog-button", ROLE_DIALOG, STYLE_BOLD},
    [ROLE_DIALOG_HINT] = {"dialog-hint", ROLE_DIM, STYLE_DIM},
    [ROLE_SCROLLBAR] = {"scrollbar", ROLE_BORDER, 0},
    [ROLE_SYNTAX_KEYWORD] = {"syntax-keyword", ROLE_TEXT, STYLE_BOLD},
    [ROLE_SYNTAX_SOFT_KEYWORD] = {"syntax-soft-keyword", ROLE_SYNTAX_KEYWORD, STYLE_BOLD},
    [ROLE_SYNTAX_BUILTIN] = {"syntax-builtin", ROLE_TEXT, 0},
    [ROLE_SYNTAX_STRING] = {"syntax-string", ROLE_TEXT, 0},
    [ROLE_SYNTAX_ESCAPE] = {"syntax-escape", ROLE_SYNTAX_STRING, STYLE_BOLD},
    [ROLE_SYNTAX_NUMBER] = {"syntax-number", ROLE_TEXT, 0},
    [ROLE_SYNTAX_COMMENT] = {"syntax-comment", ROLE_DIM, STYLE_DIM},
    [ROLE_SYNTAX_DECORATOR] = {"syntax-decorator", ROLE_TEXT, 0},
    [ROLE_SYNTAX_DEFINITION] = {"syntax-definition", ROLE_TEXT, STYLE_UNDERLINE},
    [ROLE_SYNTAX_OPERATOR] = {"syntax-operator", ROLE_TEXT, 0},
    [ROLE_SYNTAX_CONSTANT] = {"syntax-constant", ROLE_SYNTAX_KEYWORD, STYLE_BOLD},
    [ROLE_SYNTAX_SELF] = {"syntax-self", ROLE_TEXT, 0},
    [ROLE_SYNTAX_ERROR] = {"syntax-error", ROLE_TEXT, STYLE_REVERSE},
};

static const char *const colour_names[] = {
    "black",       "red",          "green",      "yellow",       "blue",          "magenta",     "cyan",
    "white",       "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta",
    "bright-cyan", "bright-white",
};

static const struct {
    const char *name;
    uint16_t attribute;
} attributes[] = {
    {"bold", STYLE_BOLD},       {"dim", STYLE_DIM},     {"italic", STYLE_ITALIC}, {"underline", STYLE_UNDERLINE},
    {"reverse", STYLE_REVERSE}, {"blink", STYLE_BLINK}, {"strike", STYLE_STRIKE},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct theme {
    struct style layers[LAYER_COUNT][ROLE_COUNT];
    bool set[LAYER_COUNT][ROLE_COUNT];
    struct style styles[ROLE_COUNT]; /* flattened for the terminal */
    int colours;
    enum theme_background background;
};

static bool parse_hex(const char *word, struct colour *out)
{
    size_t digits = strspn(word, "0123456789abcdefABCDEF");
    if (word[digits] != '\0' || (digits != 3 && digits != 6))
        return false;
    unsigned long value = strtoul(word, NULL, 16);
    if (digits == 3)
        value = ((value >> 8 & 15) << 16 | (value >> 4 & 15) << 8 | (value & 15)) * 0x11;
    *out = (struct colour){COLOUR_RGB, (uint8_t)(value >> 16), (uint8_t)(value >> 8 & 255), (uint8_t)(value & 255)};
    return true;
}

static bool parse_colour(const char *word, struct colour *out)
{
    if (strcasecmp(word, "default") == 0) {
        *out = (struct colour){.kind = COLOUR_DEFAULT};
        return true;
    }
    if (word[0] == '#')
        return parse_hex(word + 1, out);
    if (word[0] != '\0' && strspn(word, "0123456789") == strlen(word) && strlen(word) <= 3 && atoi(word) <= 255) {
        *out = (struct colour){.kind = COLOUR_INDEX, .red = (uint8_t)atoi(word)};
        return true;
    }
    for (size_t i = 0; i < LENGTH(colour_names); i++) {
        if (strcasecmp(word, colour_names[i]) == 0) {
            *out = (struct colour){.kind = COLOUR_INDEX, .red = (uint8_t)i};
            return true;
        }
    }
    return false;
}

static uint16_t parse_attribute(const char *word)
{
    for (size_t i = 0; i < LENGTH(attributes); i++) {
        if (strcasecmp(word, attributes[i].name) == 0)
            return attributes[i].attribute;
    }
    return 0;
}

static const char *colour_name_at(size_t index)
{
    return index < LENGTH(colour_names) ? colour_names[index] : attributes[index - LENGTH(colour_names)].name;
}

static bool refuse_word(const char *word, char *error, size_t size)
{
    const char *nearest = inifile_nearest(word, colour_name_at, LENGTH(colour_names) + LENGTH(attributes));
    if (nearest != NULL)
        snprintf(error, size, "unknown colour '%.60s'; did you mean '%s'?", word, nearest);
    else
        snprintf(error, size, "unknown colour '%.60s': use default, a name like bright-blue, 0..255 or #rrggbb", word);
    return false;
}

/* `foreground [on background] [attribute]…`, the attributes in any place. */
static bool parse_style(const char *value, struct style *out, char *error, size_t size)
{
    char words[192], *rest = words, *word;
    bool have_foreground = false, after_on = false;
    *out = (struct style){0};
    snprintf(words, sizeof words, "%s", value);
    while ((word = strsep(&rest, " \t,")) != NULL) {
        uint16_t attribute = parse_attribute(word);
        if (word[0] == '\0')
            continue;
        if (attribute != 0 && !after_on) {
            out->attributes |= attribute;
        } else if (strcasecmp(word, "on") == 0 && !after_on) {
            after_on = true;
        } else if (after_on) {
            after_on = false;
            if (!parse_colour(word, &out->background))
                return refuse_word(word, error, size);
        } else if (have_foreground) {
            snprintf(error, size, "'%.60s' is one colour too many: write 'foreground on background'", word);
            return false;
        } else {
            have_foreground = true;
            if (!parse_colour(word, &out->foreground))
                return refuse_word(word, error, size);
        }
    }
    if (after_on)
        snprintf(error, size, "a colour is missing after 'on'");
    return !after_on;
}

static const char *role_name_at(size_t index)
{
    return roles[index].name;
}

static bool find_role(const char *name, enum role *out)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (strcasecmp(name, roles[i].name) == 0) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

static bool find_layer(const char *section, enum layer *out)
{
    for (size_t i = 0; i < LAYER_COUNT; i++) {
        if (strcasecmp(section, layer_names[i]) == 0) {
            *out = (enum layer)i;
            return true;
        }
    }
    return false;
}

struct load {
    struct theme *theme; /* borrowed */
    char *error;         /* the first complaint goes here */
    size_t size;
    bool complained;
};

static bool on_value(void *data, const char *section, const char *name, const char *value, char *error, size_t size)
{
    struct theme *theme = ((struct load *)data)->theme;
    enum layer layer;
    enum role role;
    if (!find_layer(section, &layer)) {
        snprintf(error, size, "unknown section [%.40s]: there are [dark], [light], [256], [16], [8] and [mono]",
                 section);
        return false;
    }
    if (!find_role(name, &role)) {
        const char *nearest = inifile_nearest(name, role_name_at, ROLE_COUNT);
        snprintf(error, size, "unknown role '%.60s'%s%s%s", name, nearest != NULL ? "; did you mean '" : "",
                 nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
        return false;
    }
    theme->set[layer][role] = parse_style(value, &theme->layers[layer][role], error, size);
    return theme->set[layer][role];
}

static void on_complaint(void *data, const char *message)
{
    struct load *load = data;
    if (!load->complained)
        snprintf(load->error, load->size, "%s", message);
    load->complained = true;
}

/* Which layers apply, later ones over earlier ones. Gives how many. */
static size_t choose_layers(const struct theme *theme, enum layer out[LAYER_COUNT])
{
    size_t count = 0;
    if (theme->colours == 0) {
        out[count++] = LAYER_MONO;
        return count;
    }
    out[count++] = LAYER_BASE;
    if (theme->colours > 16 && theme->background != THEME_BACKGROUND_UNKNOWN)
        out[count++] = theme->background == THEME_BACKGROUND_DARK ? LAYER_DARK : LAYER_LIGHT;
    if (theme->colours <= 256)
        out[count++] = LAYER_256;
    if (theme->colours <= 16)
        out[count++] = LAYER_16;
    if (theme->colours <= 8)
        out[count++] = LAYER_8;
    return count;
}

/* The style that the layers give a role or its nearest ancestor. */
static struct style resolve(const struct theme *theme, const enum layer *layers, size_t count, enum role role)
{
    if (theme->colours == 0 && !theme->set[LAYER_MONO][role])
        return (struct style){.attributes = roles[role].mono};
    for (;;) {
        for (size_t i = count; i > 0; i--) {
            if (theme->set[layers[i - 1]][role])
                return theme->layers[layers[i - 1]][role];
        }
        if (role == ROLE_TEXT || roles[role].overlay)
            return (struct style){.attributes = role == ROLE_TEXT ? 0 : roles[role].mono};
        role = roles[role].parent;
    }
}

static void flatten(struct theme *theme)
{
    enum layer layers[LAYER_COUNT];
    size_t count = choose_layers(theme, layers);
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        struct style style = resolve(theme, layers, count, (enum role)i);
        if (theme->colours == 0)
            style.foreground = style.background = (struct colour){.kind = COLOUR_DEFAULT};
        theme->styles[i] = style;
    }
}

/* Add what TEXT says. False with the first complaint in ERROR. */
static bool read_text(struct theme *theme, const char *name, const char *text, size_t length, char *error, size_t size)
{
    struct load load = {.theme = theme, .error = error, .size = size};
    const struct inifile_reader reader = {.handler = on_value, .complaint = on_complaint, .data = &load};
    return inifile_parse(name, text, length, &reader);
}

struct theme *theme_parse(const char *name, const char *text, size_t length, char *error, size_t size)
{
    struct theme *theme = xcalloc(1, sizeof *theme);
    if (!read_text(theme, name, text, length, error, size)) {
        free(theme);
        return NULL;
    }
    theme_set_colours(theme, 256);
    return theme;
}

struct theme *theme_create_default(void)
{
    struct theme *theme = xcalloc(1, sizeof *theme);
    for (const char *const *part = theme_default_parts; *part != NULL; part++) {
        char error[256] = "";
        bool fine = read_text(theme, "default.theme", *part, strlen(*part), error, sizeof error);
        if (!fine)
            log_write("%s", error);
        assert(fine);
    }
    theme_set_colours(theme, 256);
    return theme;
}

/* The file that NAME means; the caller frees it. */
static char *find_file(const char *name, const char *directory)
{
    if (strchr(name, '/') != NULL)
        return xstrdup(name);
    char *file = xasprintf("themes/%s.theme", name);
    char *path = paths_config(file);
    free(file);
    if (path != NULL && access(path, F_OK) == 0)
        return path;
    free(path);
    return xasprintf("%s/%s.theme", directory != NULL ? directory : ".", name);
}

struct theme *theme_load(const char *name, const char *directory, char *error, size_t size)
{
    if (strcmp(name, "default") == 0)
        return theme_create_default();
    char *path = find_file(name, directory);
    size_t length;
    char *text = inifile_load(path, &length);
    struct theme *theme = NULL;
    if (text != NULL) {
        const char *slash = strrchr(path, '/');
        theme = theme_parse(slash != NULL ? slash + 1 : path, text, length, error, size);
    } else if (errno == ENOENT && strchr(name, '/') == NULL) {
        snprintf(error, size, "there is no theme '%s' (looked for %s)", name, path);
    } else {
        snprintf(error, size, "cannot read theme %s: %s", path, strerror(errno));
    }
    free(text);
    free(path);
    return theme;
}

struct names {
    char **items; /* owned, as what is in it; a NULL at the end */
    size_t count, capacity;
};

static void add_name(struct names *names, const char *name, size_t length)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strlen(names->items[i]) == length && strncmp(names->items[i], name, length) == 0)
            return;
    }
    xgrow(&names->items, &names->capacity, names->count + 2, sizeof *names->items);
    names->items[names->count++] = xasprintf("%.*s", (int)length, name);
    names->items[names->count] = NULL;
}

static void add_names_in(struct names *names, const char *directory)
{
    DIR *folder = directory != NULL ? opendir(directory) : NULL;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        const char *end = strrchr(entry->d_name, '.');
        if (end != NULL && end > entry->d_name && strcmp(end, ".theme") == 0)
            add_name(names, entry->d_name, (size_t)(end - entry->d_name));
    }
    if (folder != NULL)
        closedir(folder);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **theme_names(const char *directory)
{
    struct names names = {0};
    char *own = paths_config("themes");
    add_name(&names, "default", strlen("default"));
    add_names_in(&names, own);
    add_names_in(&names, directory);
    qsort(names.items + 1, names.count - 1, sizeof *names.items, compare_names);
    free(own);
    return names.items;
}

void theme_free_names(char **names)
{
    for (char **name = names; name != NULL && *name != NULL; name++)
        free(*name);
    free(names);
}

void theme_destroy(struct theme *theme)
{
    free(theme);
}

void theme_set_colours(struct theme *theme, int colours)
{
    theme->colours = colours;
    flatten(theme);
}

void theme_set_background(struct theme *theme, enum theme_background background)
{
    theme->background = background;
    flatten(theme);
}

struct style theme_style(const struct theme *theme, enum role role)
{
    return theme->styles[role];
}

const char *theme_role_name(enum role role)
{
    return roles[role].name;
}
