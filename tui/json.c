#include "json.h"

#include "protocol/utf8.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32

struct reader {
    const char *at;
    json_field field;
    void *data;
};

static void skip_space(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

/* Whether TOKEN comes next, which is passed then. */
static bool take(struct reader *reader, const char *token)
{
    size_t length = strlen(token);
    skip_space(reader);
    if (strncmp(reader->at, token, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static bool read_hex(struct reader *reader, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = *reader->at ? strchr(digits, *reader->at) : NULL;
        if (!digit)
            return false;
        *unit = *unit * 16 + (uint32_t)(digit - digits) % 16;
        reader->at++;
    }
    return true;
}

/* What follows "\u", as UTF-8; a half of a pair by itself is U+FFFD. */
static bool read_unicode(struct reader *reader, char **out)
{
    uint32_t code, low;
    if (!read_hex(reader, &code))
        return false;
    if (code >= 0xD800 && code < 0xDC00 && strncmp(reader->at, "\\u", 2) == 0) {
        struct reader ahead = {.at = reader->at + 2};
        if (read_hex(&ahead, &low) && low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            reader->at = ahead.at;
        }
    }
    *out += utf8_encode(*out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
    return true;
}

static bool read_escape(struct reader *reader, char **out)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char name = *reader->at;
    const char *found = name ? strchr(names, name) : NULL;
    reader->at += name != '\0';
    if (name == 'u')
        return read_unicode(reader, out);
    if (found)
        *(*out)++ = meant[found - names];
    return found != NULL;
}

static size_t quoted_length(const char *text)
{
    size_t length = 0;
    while (text[length] && text[length] != '"')
        length += text[length] == '\\' && text[length + 1] ? 2 : 1;
    return length;
}

/* The caller frees it; NULL: no text. An escape is never shorter than what it stands for. */
static char *read_text(struct reader *reader)
{
    if (!take(reader, "\""))
        return NULL;
    char *text = xcalloc(quoted_length(reader->at) + 1, 1), *out = text;
    bool ok = true;
    while (ok && *reader->at && *reader->at != '"') {
        if (*reader->at != '\\') {
            *out++ = *reader->at++;
            continue;
        }
        reader->at++;
        ok = read_escape(reader, &out);
    }
    if (!ok || *reader->at != '"') {
        free(text);
        return NULL;
    }
    reader->at++;
    return text;
}

static bool skip_value(struct reader *reader, int depth);

/* The rest of an array or object. */
static bool skip_items(struct reader *reader, bool object, int depth)
{
    const char *end = object ? "}" : "]";
    if (depth > DEPTH_MAX)
        return false;
    if (take(reader, end))
        return true;
    do {
        char *key = object ? read_text(reader) : NULL;
        bool ok = !object || (key && take(reader, ":"));
        free(key);
        if (!ok || !skip_value(reader, depth))
            return false;
    } while (take(reader, ","));
    return take(reader, end);
}

/* A text is the caller's to free, by VALUE's pointer. */
static bool read_simple(struct reader *reader, struct json_value *value)
{
    char *text;
    *value = (struct json_value){.type = JSON_NULL};
    if ((text = read_text(reader))) {
        *value = (struct json_value){.type = JSON_STRING, .text = text};
    } else if (take(reader, "true") || take(reader, "false")) {
        *value = (struct json_value){.type = JSON_BOOL, .truth = reader->at[-2] == 'u'};
    } else if (!take(reader, "null")) {
        char *end;
        skip_space(reader);
        size_t length = strspn(reader->at, "+-.0123456789eE");
        if (length == 0)
            return false;
        *value = (struct json_value){.type = JSON_NUMBER, .number = strtoll(reader->at, &end, 10)};
        reader->at += length;
    }
    return true;
}

static bool skip_value(struct reader *reader, int depth)
{
    struct json_value value;
    if (take(reader, "["))
        return skip_items(reader, false, depth + 1);
    if (take(reader, "{"))
        return skip_items(reader, true, depth + 1);
    bool ok = read_simple(reader, &value);
    free((char *)value.text);
    return ok;
}

static bool read_field(struct reader *reader, size_t object)
{
    char *key = read_text(reader);
    bool ok = key && take(reader, ":");
    skip_space(reader);
    if (ok && (*reader->at == '[' || *reader->at == '{')) {
        ok = skip_value(reader, 2);
    } else if (ok) {
        struct json_value value;
        ok = read_simple(reader, &value);
        if (ok)
            reader->field(reader->data, object, key, &value);
        free((char *)value.text);
    }
    free(key);
    return ok;
}

static bool read_object(struct reader *reader, size_t object)
{
    if (!take(reader, "{"))
        return false;
    if (take(reader, "}"))
        return true;
    do
        if (!read_field(reader, object))
            return false;
    while (take(reader, ","));
    return take(reader, "}");
}

bool json_read(const char *text, json_field field, void *data)
{
    struct reader reader = {.at = text, .field = field, .data = data};
    size_t object = 0;
    if (!take(&reader, "["))
        return false;
    if (take(&reader, "]"))
        return true;
    do
        if (!read_object(&reader, object++))
            return false;
    while (take(&reader, ","));
    return take(&reader, "]");
}
