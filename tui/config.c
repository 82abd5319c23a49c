#include "config.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inifile.h"
#include "paths.h"
#include "xalloc.h"

#define COMPLAINTS_MAX 50

static const struct config_info settings[CONFIG_COUNT] = {
    [CONFIG_THEME] = {"theme", CONFIG_TYPE_TEXT, "default", .help = "theme: default, a name, or a file's path"},
    [CONFIG_COLOUR] = {"colour", CONFIG_TYPE_CHOICE, "auto", .choices = "auto none", .later = true,
                       .help = "colours: what the terminal has, or none"},
    [CONFIG_MOUSE] = {"mouse", CONFIG_TYPE_FLAG, "yes", .help = "use the mouse (Shift selects text all the same)"},
    [CONFIG_LAYOUT] = {"layout", CONFIG_TYPE_CHOICE, "source-first", .choices = "source-first wide tall terminal-first",
                       .help = "where panes stand; Ctrl-w goes through them"},
    [CONFIG_SIDEBAR] = {"sidebar", CONFIG_TYPE_CHOICE, "right", .choices = "right left",
                        .help = "side of Variables, Stack and Breakpoints"},
    [CONFIG_SIDEBAR_WIDTH] = {"sidebar-width", CONFIG_TYPE_NUMBER, "40", 10, 80,
                              .help = "width of Variables, Stack and Breakpoints in percent"},
    [CONFIG_SLOT_HEIGHT] = {"slot-height", CONFIG_TYPE_NUMBER, "28", 5, 80,
                            .help = "height of Terminal and Console in percent, of Source in terminal-first"},
    [CONFIG_STACK_HEIGHT] = {"stack-height", CONFIG_TYPE_NUMBER, "30", 5, 80,
                             .help = "height of Stack in percent of the sidebar"},
    [CONFIG_BREAKPOINTS_HEIGHT] = {"breakpoints-height", CONFIG_TYPE_NUMBER, "20", 5, 80,
                                   .help = "height of Breakpoints in percent of the sidebar"},
    [CONFIG_VARIABLES_WIDTH] = {"variables-width", CONFIG_TYPE_NUMBER, "50", 5, 95,
                                .help = "width of Variables in the layout tall, in percent of the screen's"},
    [CONFIG_FOLD_LIBRARY] = {"fold-library-frames", CONFIG_TYPE_FLAG, "yes",
                             .help = "show library frames of the stack as one row; Enter opens it"},
    [CONFIG_NOTIFY] = {"notify", CONFIG_TYPE_CHOICE, "bell", .choices = "bell desktop both none",
                       .help = "when a long run stops: the bell, a notification (OSC 9), both"},
    [CONFIG_NOTIFY_AFTER] = {"notify-after", CONFIG_TYPE_NUMBER, "10", 0, 86400,
                             .help = "seconds after which a run is a long one"},
    [CONFIG_FINISH] = {"finish", CONFIG_TYPE_CHOICE, "stay", .choices = "stay ask quit",
                       .help = "when the program has ended: stay, ask what to do, quit"},
    [CONFIG_HINTS] = {"hints", CONFIG_TYPE_CHOICE, "top", .choices = "top bottom none",
                      .help = "what the next key can do: in the top line, in its own, or not at all"},
    [CONFIG_LINE_NUMBERS] = {"line-numbers", CONFIG_TYPE_FLAG, "yes", .help = "show line numbers"},
    [CONFIG_INLINE_VALUES] = {"inline-values", CONFIG_TYPE_FLAG, "yes",
                              .help = "show values beside the lines that set them"},
    [CONFIG_SCROLLBACK] = {"scrollback", CONFIG_TYPE_NUMBER, "10000", 0, 1000000, .later = true,
                           .help = "lines that the Terminal remembers"},
    [CONFIG_HISTORY] = {"history", CONFIG_TYPE_NUMBER, "1000", 0, 100000, .later = true,
                        .help = "lines that the prompts remember"},
    [CONFIG_JUST_MY_CODE] = {"just-my-code", CONFIG_TYPE_FLAG, "yes", .later = true,
                             .help = "step through your own code only, not through libraries"},
    [CONFIG_USER_CODE] = {"user-code", CONFIG_TYPE_LIST, "", .later = true,
                          .help = "what is your code: paths (~/lib/*, vendored/) and modules, by blanks"},
    [CONFIG_LIBRARY_CODE] = {"library-code", CONFIG_TYPE_LIST, "", .later = true,
                             .help = "what is library code, the same; user-code goes before"},
    [CONFIG_ZOOM_FULL_SCREEN] = {"zoom-full-screen", CONFIG_TYPE_FLAG, "yes",
                                 .help = "a program that fills its terminal gets the whole screen while it runs"},
    [CONFIG_KEEP_BREAKPOINTS] = {"keep-breakpoints", CONFIG_TYPE_FLAG, "yes", .later = true,
                                 .help = "bring breakpoints and watches back at the next start, per project"},
    [CONFIG_COMPLETION] = {"completion", CONFIG_TYPE_CHOICE, "typing", .choices = "typing tab",
                           .help = "offer what completes a word as it is typed, or on Tab only"},
    [CONFIG_SHELL] = {"shell", CONFIG_TYPE_CHOICE, "internal",
                      .choices = "internal auto plain ipython ptpython bpython",
                      .help = "what ! opens: the console, or a shell in the Terminal"},
    [CONFIG_QUIT] = {"quit", CONFIG_TYPE_CHOICE, "ask", .choices = "ask end leave",
                     .help = "what q does while the program runs: ask, end it, leave it running"},
    [CONFIG_PATH_MAP] = {"path-map", CONFIG_TYPE_LIST, "", .later = true,
                         .help = "where files stand that a program names otherwise: /app=~/src"},
    [CONFIG_WHEN_LOST] = {"when-lost", CONFIG_TYPE_CHOICE, "continue", .choices = "continue wait", .later = true,
                          .help = "what a stopped program does once pytui is cut off from it"},
    [CONFIG_REATTACH] = {"reattach", CONFIG_TYPE_FLAG, "yes", .later = true,
                         .help = "a launched program, once it is left, can be had back by pytui attach"},
};

struct config {
    char *values[CONFIG_COUNT]; /* owned */
    char **complaints;          /* owned */
    size_t complaint_count, complaint_capacity;
};

struct config *config_create(void)
{
    struct config *config = xcalloc(1, sizeof *config);
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        config->values[i] = xstrdup(settings[i].initial);
    return config;
}

void config_destroy(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        free(config->values[i]);
    for (size_t i = 0; i < config->complaint_count; i++)
        free(config->complaints[i]);
    free(config->complaints);
    free(config);
}

static bool parse_flag(const char *value, bool *out)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    static const char *const no[] = {"no", "false", "off", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        *out = strcasecmp(value, yes[i]) == 0;
        if (*out || strcasecmp(value, no[i]) == 0)
            return true;
    }
    return false;
}

static bool parse_number(const char *value, int *out)
{
    char *end;
    errno = 0;
    long number = strtol(value, &end, 10);
    *out = (int)number;
    return errno == 0 && end != value && *end == '\0' && number >= INT_MIN && number <= INT_MAX;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = choices; *at != '\0'; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, value, length) == 0)
            return true;
        at += word;
    }
    return false;
}

/* Whether VALUE suits the setting; if not, why. */
static bool check_value(const struct config_info *info, const char *value, char *error, size_t size)
{
    bool flag;
    int number;
    switch (info->type) {
    case CONFIG_TYPE_TEXT:
        if (value[0] != '\0')
            return true;
        snprintf(error, size, "'%s' has no value", info->name);
        return false;
    case CONFIG_TYPE_LIST:
        return true;
    case CONFIG_TYPE_FLAG:
        if (parse_flag(value, &flag))
            return true;
        snprintf(error, size, "'%s' is yes or no, not '%.60s'", info->name, value);
        return false;
    case CONFIG_TYPE_NUMBER:
        if (parse_number(value, &number) && number >= info->smallest && number <= info->largest)
            return true;
        snprintf(error, size, "'%s' is a number from %d to %d, not '%.60s'", info->name, info->smallest, info->largest,
                 value);
        return false;
    case CONFIG_TYPE_CHOICE:
        break;
    }
    if (is_choice(info->choices, value))
        return true;
    snprintf(error, size, "'%s' is one of: %s; not '%.60s'", info->name, info->choices, value);
    return false;
}

static const char *setting_name_at(size_t index)
{
    return settings[index].name;
}

bool config_set(struct config *config, const char *name, const char *value, char *error, size_t size)
{
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        if (strcmp(name, settings[i].name) != 0)
            continue;
        if (!check_value(&settings[i], value, error, size))
            return false;
        char *copy = xstrdup(value); /* VALUE may be the one kept so far */
        free(config->values[i]);
        config->values[i] = copy;
        return true;
    }
    const char *nearest = inifile_nearest(name, setting_name_at, CONFIG_COUNT);
    snprintf(error, size, "unknown setting '%.60s'%s%s%s", name, nearest != NULL ? "; did you mean '" : "",
             nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return false;
}

struct load {
    struct config *config; /* borrowed */
    config_bind_handler bind;
    void *data;
};

static bool on_value(void *user, const char *section, const char *name, const char *value, char *error, size_t size)
{
    const struct load *load = user;
    if (section[0] == '\0')
        return config_set(load->config, name, value, error, size);
    if (strcmp(section, "keys") == 0)
        return load->bind == NULL || load->bind(load->data, name, value, error, size);
    snprintf(error, size, "unknown section [%.60s]: settings come first, then [keys]", section);
    return false;
}

static void on_complaint(void *user, const char *message)
{
    struct config *config = ((struct load *)user)->config;
    if (config->complaint_count >= COMPLAINTS_MAX)
        return;
    xgrow(&config->complaints, &config->complaint_capacity, config->complaint_count + 1, sizeof(char *));
    config->complaints[config->complaint_count++] = xstrdup(message);
}

bool config_parse(struct config *config, const char *name, const char *text, size_t length, config_bind_handler bind,
                  void *data)
{
    struct load load = {.config = config, .bind = bind, .data = data};
    const struct inifile_reader reader = {.handler = on_value, .complaint = on_complaint, .data = &load};
    return inifile_parse(name, text, length, &reader);
}

bool config_load(struct config *config, const char *file, config_bind_handler bind, void *data)
{
    struct load load = {.config = config, .bind = bind, .data = data};
    const struct inifile_reader reader = {.handler = on_value, .complaint = on_complaint, .data = &load};
    char *path = file != NULL ? xstrdup(file) : paths_config("config.ini");
    if (path == NULL)
        return true; /* without a home there are no settings */
    errno = 0;
    bool fine = inifile_read(path, &reader);
    bool missing = errno == ENOENT || errno == ENOTDIR;
    if (!fine && file == NULL && missing) {
        fine = true;
    } else if (!fine && errno != 0) {
        char *message = xasprintf("cannot read %s: %s", path, strerror(errno));
        on_complaint(&load, message);
        free(message);
    }
    free(path);
    return fine;
}

size_t config_complaint_count(const struct config *config)
{
    return config->complaint_count;
}

const char *config_complaint(const struct config *config, size_t index)
{
    assert(index < config->complaint_count);
    return config->complaints[index];
}

const char *config_text(const struct config *config, enum config_setting setting)
{
    return config->values[setting];
}

int config_number(const struct config *config, enum config_setting setting)
{
    int number = 0;
    parse_number(config->values[setting], &number);
    return number;
}

bool config_flag(const struct config *config, enum config_setting setting)
{
    bool flag = false;
    parse_flag(config->values[setting], &flag);
    return flag;
}

const struct config_info *config_info(enum config_setting setting)
{
    return &settings[setting];
}
