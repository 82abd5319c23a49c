#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/lexer.h"
#include "tui/source.h"
#include "tui/source_columns.h"
#include "tui/source_decode.h"
#include "tui/source_search.h"
#include "tui/width.h"

static char folder[] = "/tmp/pytui-source-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *write_file(const char *name, const char *bytes, size_t length)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void assert_line(const struct source *source, int number, const char *text)
{
    size_t length;
    const char *line = source_line(source, number, &length);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(line, text, length);
}

static const struct {
    const char *bytes;
    size_t length; /* 0: strlen */
    int lines;
    const char *first, *last;
    const char *note; /* NULL or a part of it */
} texts[] = {
    {"", 0, 0, "", "", NULL},
    {"\n", 0, 1, "", "", NULL},
    {"a", 0, 1, "a", "a", NULL},
    {"a\nb\n", 0, 2, "a", "b", NULL},
    {"a\n\n", 0, 2, "a", "", NULL},
    {"a\r\nb\rc\r", 0, 3, "a", "c", NULL},
    {"a\fb\n\f\nc", 0, 3, "a\fb", "c", NULL},
    {"\xef\xbb\xbfx = 'é'\n", 0, 1, "x = 'é'", "x = 'é'", NULL},
    {"x = '\xe9'\n", 0, 1, "x = '\\xe9'", "x = '\\xe9'", "1 byte that is not UTF-8 shown as \\xNN"},
    {"\xe9\xff\n", 0, 1, "\\xe9\\xff", "\\xe9\\xff", "bytes that are not UTF-8 shown as \\xNN"},
    {"# -*- coding: latin-1 -*-\nx = '\xe9'\n", 0, 2, "# -*- coding: latin-1 -*-", "x = 'é'", "decoded as latin-1"},
    {"#!/usr/bin/python\n# vim: set fileencoding=ISO_8859_15 :\n\xa4", 0, 3, "#!/usr/bin/python", "€",
     "decoded as iso-8859-15"},
    {"# coding=cp1252\n\x80\x81", 0, 2, "# coding=cp1252", "€\\x81", "decoded as cp1252; 1 byte not in it"},
    {"# coding=cp1251\n\xcf", 0, 2, "# coding=cp1251", "П", "decoded as cp1251"},
    {"# coding: utf8\né", 0, 2, "# coding: utf8", "é", NULL},
    {"# coding: klingon\né\xff", 0, 2, "# coding: klingon", "é\\xff", "unknown encoding klingon"},
    {"x = 1\n# coding: latin-1\n\xe9", 0, 3, "x = 1", "\\xe9", "not UTF-8"}, /* too late: the first line is code */
    {"\n\n# coding: latin-1\n\xe9", 0, 4, "", "\\xe9", "not UTF-8"},
    {"\n# coding: latin-1\n\xe9", 0, 3, "", "é", "latin-1"},
};

static void check_text(const struct source *source, size_t i)
{
    assert_null(source_error(source));
    assert_int_equal(source_lines(source), texts[i].lines);
    assert_line(source, 1, texts[i].first);
    assert_line(source, texts[i].lines, texts[i].last);
    assert_line(source, 0, "");
    assert_line(source, texts[i].lines + 1, "");
    assert_line(source, -1, "");
    if (texts[i].note == NULL)
        assert_null(source_note(source));
    else
        assert_non_null(strstr(source_note(source), texts[i].note));
}

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct source_store *store = source_store_create();
        size_t length = texts[i].length != 0 ? texts[i].length : strlen(texts[i].bytes);
        check_text(source_store_open(store, write_file("text.py", texts[i].bytes, length)), i);
        check_text(source_store_put(store, "<cell 1>", texts[i].bytes, length), i);
        source_store_destroy(store);
    }
}

static void assert_error(struct source_store *store, const char *path, const char *part)
{
    struct source *source = source_store_open(store, path);
    assert_non_null(source_error(source));
    if (strstr(source_error(source), part) == NULL)
        fail_msg("%s", source_error(source));
    assert_int_equal(source_lines(source), 0);
    assert_line(source, 1, "");
    assert_int_equal(source_line_state(source, 1), LEXER_START);
}

static void test_errors(void **state)
{
    (void)state;
    struct source_store *store = source_store_create();
    assert_error(store, "/nowhere/x.py", "moved or deleted");
    assert_error(store, folder, "is a directory");
    assert_error(store, "/dev/null", "not a file");
    assert_error(store, "<string>", "made while the program ran");
    assert_error(store, "", "no file");
    char inner[300];
    snprintf(inner, sizeof inner, "%s/x.py", write_file("a.zip", "PK", 2));
    assert_error(store, inner, "zip archive");
    assert_error(store, write_file("x.pyc", "\xa7\r\r\n\0\0\0\0", 8), "binary");
    const char *big = write_file("big.py", "", 0);
    assert_int_equal(truncate(big, (off_t)65 << 20), 0);
    assert_error(store, big, "MiB");
    const char *fifo = path_of("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_error(store, fifo, "not a file");
    const char *secret = write_file("secret.py", "x", 1);
    assert_int_equal(chmod(secret, 0), 0);
    if (access(secret, R_OK) != 0) /* root may read everything */
        assert_error(store, secret, "permissions");
    source_store_destroy(store);
    source_store_destroy(NULL);
}

static void test_change(void **state)
{
    (void)state;
    struct source_store *store = source_store_create();
    struct source *source = source_store_open(store, write_file("change.py", "a = 1\n", 6));
    assert_ptr_equal(source, source_store_open(store, path_of("change.py")));
    assert_false(source_changed(source));
    write_file("change.py", "a = 1\nb = '''\nc\n", 16);
    assert_true(source_changed(source));
    assert_int_equal(source_lines(source), 1);
    source_reload(source);
    assert_false(source_changed(source));
    assert_int_equal(source_lines(source), 3);
    assert_int_not_equal(source_line_state(source, 3), LEXER_START);
    assert_int_equal(unlink(path_of("change.py")), 0);
    assert_true(source_changed(source));
    source_reload(source);
    assert_non_null(source_error(source));
    assert_false(source_changed(source));
    write_file("change.py", "x", 1);
    assert_true(source_changed(source));

    struct source *wire = source_store_put(store, "<cell>", "1\n2", 3);
    assert_false(source_changed(wire));
    source_reload(wire);
    assert_int_equal(source_lines(wire), 2);
    assert_ptr_equal(wire, source_store_put(store, "<cell>", "3", 1));
    assert_line(wire, 1, "3");
    assert_string_equal(source_path(wire), "<cell>");
    source_store_destroy(store);
}

static void test_long_lines(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH + 2);
    assert_non_null(text);
    memset(text, 'x', LENGTH);
    strcpy(text + LENGTH, "\n");
    struct source_store *store = source_store_create();
    struct source *source = source_store_put(store, "long", text, LENGTH + 1);
    size_t length, offset, hit;
    source_line(source, 1, &length);
    assert_int_equal(length, LENGTH);
    assert_int_equal(source_search(source, "xxxy", 1, false, &offset, &hit), 0);
    source_store_destroy(store);
    free(text);
}

static const struct {
    const char *needle;
    int from;
    bool backwards;
    int line;
    size_t offset, length;
} searches[] = {
    {"beta", 1, false, 2, 0, 4},    {"beta", 2, false, 2, 0, 4},  {"beta", 3, false, 4, 6, 4},
    {"beta", 5, false, 2, 0, 4},    {"Beta", 1, false, 4, 6, 4},  {"beta", 1, true, 4, 6, 4},
    {"beta", 3, true, 2, 0, 4},     {"BETA", 1, false, 0, 0, 0},  {"", 1, false, 0, 0, 0},
    {"nothing", 1, false, 0, 0, 0}, {"é", 1, false, 5, 1, 2},     {"ÉCOLE", 1, false, 5, 1, 6},
    {"école", 1, false, 5, 1, 6},   {"éCole", 1, false, 0, 0, 0}, {"alpha", 99, false, 1, 0, 5},
    {"alpha", -5, true, 1, 0, 5},   {"\xff", 1, false, 0, 0, 0},
};

static void test_search(void **state)
{
    (void)state;
    const char *text = "alpha\nbeta\ngamma\ndelta Beta beta\n ÉCOLE\n";
    struct source_store *store = source_store_create();
    struct source *source = source_store_put(store, "x", text, strlen(text));
    for (size_t i = 0; i < COUNT(searches); i++) {
        size_t offset = 0, length = 0;
        int line = source_search(source, searches[i].needle, searches[i].from, searches[i].backwards, &offset, &length);
        assert_int_equal(line, searches[i].line);
        assert_int_equal(offset, searches[i].offset);
        assert_int_equal(length, searches[i].length);
    }
    struct source *empty = source_store_put(store, "y", "", 0);
    size_t offset, length;
    assert_int_equal(source_search(empty, "x", 1, false, &offset, &length), 0);
    source_store_destroy(store);
}

static void test_nuls(void **state)
{
    (void)state;
    static char bytes[20000];
    memset(bytes, 'a', sizeof bytes);
    bytes[15000] = '\0'; /* behind where binary files are told */
    struct source_text text = source_decode(bytes, sizeof bytes);
    assert_int_equal(text.length, sizeof bytes + 3);
    assert_memory_equal(text.text + 15000, "\\x00a", 5);
    assert_non_null(text.note);
    free(text.text);
    free(text.note);
}

static void test_encoding(void **state)
{
    static const char *const cookies[][2] = {
        {"# coding: utf-8", "utf-8"},
        {"# -*- coding: UTF_8 -*-", "utf-8"},
        {"\f  # vim:fileencoding=Latin-1", "latin-1"},
        {"#coding:cp1252;", "cp1252"},
        {"# coding utf-8", ""},
        {"# coding:", ""},
        {"x # coding: latin-1", ""},
        {"#!x\r\n# coding: koi8-r\r\n", "koi8-r"},
        {"\xef\xbb\xbf# no cookie", "utf-8"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cookies); i++) {
        char name[32];
        source_encoding(cookies[i][0], strlen(cookies[i][0]), name, sizeof name);
        assert_string_equal(name, cookies[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),      cmocka_unit_test(test_errors), cmocka_unit_test(test_change),
        cmocka_unit_test(test_long_lines), cmocka_unit_test(test_search), cmocka_unit_test(test_nuls),
        cmocka_unit_test(test_encoding),
    };
    width_set_locale();
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
