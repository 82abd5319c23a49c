/* Settings and themes from anywhere: the first byte chooses which, the rest is the file. */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "tui/config.h"
#include "tui/key.h"
#include "tui/theme.h"

/* As the key map does: the names that it takes are written and read again. */
static bool bind(void *data, const char *command, const char *keys, char *error, size_t size)
{
    (void)data;
    (void)command;
    struct key key, again;
    char name[64];
    if (!key_parse(keys, &key)) {
        snprintf(error, size, "'%s' is no key", keys);
        return false;
    }
    key_format(&key, name, sizeof name);
    FUZZ_CHECK(key_parse(name, &again) && key_equal(&key, &again));
    return true;
}

static void read_config(const char *text, size_t length)
{
    struct config *config = config_create();
    bool fine = config_parse(config, "config.ini", text, length, bind, NULL);
    FUZZ_CHECK(fine == (config_complaint_count(config) == 0));
    for (size_t i = 0; i < config_complaint_count(config); i++)
        FUZZ_CHECK(strncmp(config_complaint(config, i), "config.ini:", 11) == 0);
    for (int i = 0; i < CONFIG_COUNT; i++) {
        char error[256];
        const struct config_info *info = config_info((enum config_setting)i);
        FUZZ_CHECK(config_set(config, info->name, config_text(config, (enum config_setting)i), error, sizeof error));
    }
    config_destroy(config);
}

static void read_theme(const char *text, size_t length)
{
    static const int colours[] = {0, 8, 16, 256, 1 << 24};
    char error[256] = "";
    struct theme *theme = theme_parse("t.theme", text, length, error, sizeof error);
    FUZZ_CHECK((theme == NULL) == (error[0] != '\0'));
    for (size_t i = 0; theme != NULL && i < sizeof colours / sizeof colours[0]; i++) {
        theme_set_colours(theme, colours[i]);
        for (int role = 0; role < ROLE_COUNT; role++)
            FUZZ_CHECK(colours[i] > 0 || theme_style(theme, (enum role)role).foreground.kind == COLOUR_DEFAULT);
    }
    theme_destroy(theme);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    if (data[0] & 1)
        read_theme(text, size - 1);
    else
        read_config(text, size - 1);
    return 0;
}
