#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/complete.h"
#include "tui/model.h"
#include "tui/model_tree.h"
#include "tui/xalloc.h"

static char folder[] = "/tmp/test_complete.XXXXXX";

static struct model *model;

static int setup(void **state)
{
    (void)state;
    model = model_create();
    for (int i = 0; i < 12; i++)
        model_breakpoint_add(model, MODEL_BREAKPOINT_FUNCTION)->function = xstrdup("f");
    char path[128];
    if (!mkdtemp(folder))
        return -1;
    static const char *const files[] = {"main.py", "mail.py", "notes.txt", ".hidden.py"};
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    snprintf(path, sizeof path, "%s/make", folder);
    return mkdir(path, 0700);
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    model_destroy(model);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static bool has(const struct completion *found, const char *word)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->words[i], word) == 0)
            return true;
    return false;
}

static struct completion find(const char *line)
{
    struct completion found;
    completion_find(line, strlen(line), model, false, &found);
    return found;
}

static void the_first_word_may_be_a_command_or_python(void **state)
{
    (void)state;
    struct completion found = find("ste");
    assert_int_equal(found.start, 0);
    assert_true(has(&found, "step-over") && has(&found, "step-into"));
    assert_false(has(&found, "continue"));
    assert_true(found.python);
    assert_true(has(&found, "step") && has(&found, "stepi")); /* pdb's names, too */
    assert_int_equal(completion_common(&found), strlen("step"));
    completion_finish(&found);
    found = find("step-");
    assert_false(has(&found, "step"));
    completion_narrow(&found, "step-i");
    assert_true(found.count == 2 && has(&found, "step-into") && has(&found, "step-into-target"));
    completion_narrow(&found, "step-into");
    assert_true(found.count == 1 && has(&found, "step-into-target")); /* what is there is no completion */
    completion_finish(&found);
    found = find("");
    assert_true(found.count > 30 && !found.python);
    completion_finish(&found);
}

static void arguments_are_what_the_command_takes(void **state)
{
    (void)state;
    struct completion found = find("condition 1");
    assert_true(has(&found, "1") && has(&found, "10") && has(&found, "12"));
    assert_false(has(&found, "2"));
    assert_int_equal(found.start, 10);
    completion_finish(&found);

    found = find("p tot");
    assert_true(found.python);
    assert_int_equal(found.python_from, 2);
    assert_int_equal(found.count, 0);
    completion_finish(&found);

    found = find("next ");
    assert_false(found.python);
    assert_int_equal(found.count, 0);
    completion_finish(&found);
}

static void files_are_those_one_may_break_in(void **state)
{
    (void)state;
    char line[128], word[128];
    snprintf(line, sizeof line, "b %s/ma", folder);
    struct completion found = find(line);
    snprintf(word, sizeof word, "%s/main.py:", folder);
    assert_true(has(&found, word));
    snprintf(word, sizeof word, "%s/make/", folder);
    assert_true(has(&found, word));
    assert_int_equal(found.count, 3);
    completion_finish(&found);
    snprintf(line, sizeof line, "b %s/", folder);
    found = find(line);
    assert_int_equal(found.count, 3); /* no text, nothing hidden */
    completion_finish(&found);
}

static void anything_else_is_python(void **state)
{
    (void)state;
    struct completion found = find("x = foo.ba");
    assert_true(found.python);
    assert_int_equal(found.python_from, 0);
    assert_int_equal(found.count, 0);
    completion_finish(&found);
    found = find("!ne");
    assert_true(found.python);
    assert_int_equal(found.python_from, 1);
    assert_int_equal(found.count, 0);
    completion_finish(&found);
}

static void what_words_share_is_whole_characters(void **state)
{
    (void)state;
    struct completion found = {0};
    assert_int_equal(completion_common(&found), 0);
    completion_add(&found, "größe");
    completion_add(&found, "grün");
    completion_add(&found, "größe");
    completion_sort(&found);
    assert_int_equal(found.count, 2);
    assert_int_equal(completion_common(&found), 2); /* not half an ö */
    completion_finish(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_word_may_be_a_command_or_python),
        cmocka_unit_test(arguments_are_what_the_command_takes),
        cmocka_unit_test(files_are_those_one_may_break_in),
        cmocka_unit_test(anything_else_is_python),
        cmocka_unit_test(what_words_share_is_whole_characters),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
