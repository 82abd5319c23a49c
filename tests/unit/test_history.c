#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/history.h"
#include "tui/history_find.h"
#include "tui/key.h"
#include "tui/lineedit.h"

#define NOWHERE ((size_t)-1)

static char directory[] = "/tmp/test_history.XXXXXX";
static char file[64];

static int setup(void **state)
{
    (void)state;
    strcpy(strrchr(directory, '.') + 1, "XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(file, sizeof file, "%s/history", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(directory);
}

static void entries_come_back_newest_first(void **state)
{
    (void)state;
    struct history *history = history_create(NULL, 1000);
    history_add(history, "one");
    history_add(history, "two");
    history_add(history, "");
    history_add(history, " secret");
    history_add(history, "one"); /* moves to the end */
    assert_int_equal(history_count(history), 2);
    assert_string_equal(history_back(history, 0), "one");
    assert_string_equal(history_back(history, 1), "two");
    assert_null(history_back(history, 2));
    history_destroy(history);
}

static void search_goes_both_ways(void **state)
{
    (void)state;
    struct history *history = history_create(NULL, 1000);
    static const char *const entries[] = {"next", "print(x)", "p x", "next 2"};
    for (size_t i = 0; i < COUNT(entries); i++)
        history_add(history, entries[i]);
    assert_int_equal(history_search(history, NOWHERE, "", 0), 0);
    assert_int_equal(history_search(history, NOWHERE, "p", 0), 1);
    assert_int_equal(history_search(history, 1, "p", 0), 2);
    assert_int_equal(history_search(history, 2, "p", 0), NOWHERE);
    assert_int_equal(history_search(history, 2, "p", 1), 1);
    assert_int_equal(history_search(history, 1, "p", 1), NOWHERE);
    assert_int_equal(history_search(history, NOWHERE, "p", 1), NOWHERE);
    history_destroy(history);
}

static void it_is_kept_over_runs_with_everything_in_it(void **state)
{
    (void)state;
    struct history *history = history_create(file, 1000);
    history_add(history, "for i in x:\n    print('\\n', i)\n");
    history_add(history, "größe");
    history_destroy(history);
    struct stat status;
    assert_int_equal(stat(file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    history = history_create(file, 1000);
    assert_int_equal(history_count(history), 2);
    assert_string_equal(history_back(history, 0), "größe");
    assert_string_equal(history_back(history, 1), "for i in x:\n    print('\\n', i)\n");
    history_destroy(history);
}

static void two_at_once_lose_nothing(void **state)
{
    (void)state;
    struct history *one = history_create(file, 1000), *two = history_create(file, 1000);
    history_add(one, "from one");
    history_add(two, "from two");
    history_add(one, "again one");
    history_destroy(one);
    history_destroy(two);
    one = history_create(file, 1000);
    assert_int_equal(history_count(one), 3);
    assert_string_equal(history_back(one, 0), "again one");
    history_destroy(one);
}

static void it_is_bounded(void **state)
{
    (void)state;
    struct history *history = history_create(NULL, 1000);
    char text[32];
    for (int i = 0; i < 3000; i++) {
        snprintf(text, sizeof text, "entry %d", i);
        history_add(history, text);
    }
    assert_int_equal(history_count(history), 1000);
    assert_string_equal(history_back(history, 999), "entry 2000");
    char *long_text = calloc(1, 100001);
    memset(long_text, 'x', 100000);
    history_add(history, long_text);
    assert_string_equal(history_back(history, 0), "entry 2999");
    free(long_text);
    history_destroy(history);
}

static void a_broken_file_does_no_harm(void **state)
{
    (void)state;
    FILE *stream = fopen(file, "w");
    fwrite("good\n\0bad\nend\\\ncut short", 1, 24, stream);
    fclose(stream);
    struct history *history = history_create(file, 1000);
    assert_int_equal(history_count(history), 2);
    assert_string_equal(history_back(history, 1), "good");
    history_destroy(history);
}

static void up_and_down_go_through_what_begins_alike(void **state)
{
    (void)state;
    struct history *history = history_create(NULL, 10);
    struct history_walk walk = {0};
    history_add(history, "print(a)");
    history_add(history, "x = 1");
    history_add(history, "print(b)");
    assert_string_equal(history_walk_step(history, &walk, "pr", true), "print(b)");
    assert_string_equal(history_walk_step(history, &walk, "print(b)", true), "print(a)");
    assert_null(history_walk_step(history, &walk, "print(a)", true));
    assert_string_equal(history_walk_step(history, &walk, "print(a)", false), "print(b)");
    assert_string_equal(history_walk_step(history, &walk, "print(b)", false), "pr");
    history_walk_leave(&walk);
    assert_string_equal(history_walk_step(history, &walk, "x", true), "x = 1");
    history_walk_finish(&walk);
    history_destroy(history);
}

static void press(struct history_find *find, struct history *history, struct lineedit *edit, const char *name)
{
    struct key key;
    assert_true(key_parse(name, &key));
    history_find_key(find, history, edit, &key);
}

static void searching_finds_older_and_newer_ones(void **state)
{
    (void)state;
    struct history *history = history_create(NULL, 10);
    struct lineedit *edit = lineedit_create("typed");
    struct history_find find = {0};
    char label[64];
    history_add(history, "gr\303\266\303\237e = 1");
    history_add(history, "b = 2");
    history_add(history, "gr\303\266\303\237er = 3");
    history_find_begin(&find, edit);
    press(&find, history, edit, "Ctrl-r");
    assert_string_equal(lineedit_text(edit), "typed");
    press(&find, history, edit, "\303\266");
    assert_string_equal(lineedit_text(edit), "gr\303\266\303\237er = 3");
    press(&find, history, edit, "Ctrl-r");
    assert_string_equal(lineedit_text(edit), "gr\303\266\303\237e = 1");
    press(&find, history, edit, "Ctrl-r");
    assert_true(find.failed);
    assert_string_equal(lineedit_text(edit), "gr\303\266\303\237e = 1");
    press(&find, history, edit, "Ctrl-s");
    assert_string_equal(lineedit_text(edit), "gr\303\266\303\237er = 3");
    press(&find, history, edit, "Ctrl-s");
    assert_true(find.failed);
    press(&find, history, edit, "Backspace");
    history_find_label(&find, label, sizeof label);
    assert_string_equal(label, "history '': ");
    press(&find, history, edit, "b");
    assert_string_equal(lineedit_text(edit), "b = 2");
    press(&find, history, edit, "Left");
    assert_false(find.active);
    assert_string_equal(lineedit_text(edit), "b = 2");
    history_find_begin(&find, edit);
    for (int i = 0; i < 300; i++)
        press(&find, history, edit, "\303\266");
    press(&find, history, edit, "Esc");
    assert_false(find.active);
    assert_string_equal(lineedit_text(edit), "b = 2");
    history_find_finish(&find);
    lineedit_destroy(edit);
    history_destroy(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_newest_first),
        cmocka_unit_test(search_goes_both_ways),
        cmocka_unit_test_setup_teardown(it_is_kept_over_runs_with_everything_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(two_at_once_lose_nothing, setup, teardown),
        cmocka_unit_test(up_and_down_go_through_what_begins_alike),
        cmocka_unit_test(searching_finds_older_and_newer_ones),
        cmocka_unit_test(it_is_bounded),
        cmocka_unit_test_setup_teardown(a_broken_file_does_no_harm, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
