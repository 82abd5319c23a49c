#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/arena.h"
#include "protocol/value.h"
#include "tui/breakpoint_store.h"
#include "tui/loop.h"
#include "tui/model.h"
#include "tui/session.h"
#include "tui/source.h"
#include "tui/xalloc.h"

struct place {
    char home[64];
    char project[80], script[96];
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    struct place *place = xcalloc(1, sizeof *place);
    strcpy(place->home, "/tmp/pytui-store-XXXXXX");
    if (!mkdtemp(place->home))
        return -1;
    setenv("XDG_STATE_HOME", place->home, 1);
    snprintf(place->project, sizeof place->project, "%s/project", place->home);
    snprintf(place->script, sizeof place->script, "%s/a.py", place->project);
    mkdir(place->project, 0700);
    char mark[96];
    snprintf(mark, sizeof mark, "%s/.git", place->project);
    mkdir(mark, 0700);
    write_file(place->script, "a = 1\nb = 2\nc = 3\n");
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->home);
    int status = system(command);
    free(place);
    return status;
}

struct world {
    struct loop *loop;
    struct session *session;
    struct source_store *sources;
    struct breakpoint_store *store;
};

static void open_world(struct world *world, const char *directory)
{
    *world = (struct world){.loop = loop_create(), .sources = source_store_create()};
    world->session = session_create(world->loop, &(struct session_handlers){0});
    world->store = breakpoint_store_create(directory);
    assert_non_null(world->store);
    breakpoint_store_load(world->store, world->session, world->sources);
}

static void save(struct world *world)
{
    char error[256] = "";
    if (!breakpoint_store_save(world->store, world->session, world->sources, error, sizeof error))
        fail_msg("%s", error);
}

static void close_world(struct world *world)
{
    save(world);
    breakpoint_store_destroy(world->store);
    session_destroy(world->session);
    source_store_destroy(world->sources);
    loop_destroy(world->loop);
}

static const struct value *fields_at(const struct world *world, const char *path, int line)
{
    const struct model_breakpoint *breakpoint = model_breakpoint_at(session_model(world->session), path, line);
    return breakpoint ? breakpoint->fields : NULL;
}

static void the_project_is_the_nearest_above(void **state)
{
    struct place *place = *state;
    char deep[128];
    snprintf(deep, sizeof deep, "%s/x/y", place->project);
    char *project = breakpoint_store_project(deep);
    assert_string_equal(project, place->project);
    free(project);
    project = breakpoint_store_project("/nowhere/at all");
    assert_string_equal(project, "/nowhere/at all");
    free(project);
}

static void fields_and_numbers_come_back(void **state)
{
    struct place *place = *state;
    struct world world;
    struct arena *arena = arena_create();
    struct value *first = value_map(arena), *second = value_map(arena), *extension = value_map(arena);
    value_set_text(arena, first, "condition", "a > 1");
    open_world(&world, place->project);
    const struct model_breakpoint *removed = session_add_breakpoint(world.session, place->script, 1, NULL);
    session_remove_breakpoint(world.session, removed->id); /* so that the numbers differ next time */
    const struct model_breakpoint *one = session_add_breakpoint(world.session, place->script, 2, first);
    value_set_int(arena, extension, "after", one->id);
    value_set(arena, second, "pytui", extension);
    session_add_breakpoint(world.session, place->script, 3, second);
    struct value *once = value_map(arena), *temporary = value_map(arena);
    value_set_bool(arena, temporary, "temporary", true);
    value_set(arena, once, "pytui", temporary);
    session_add_breakpoint(world.session, place->script, 1, once);
    close_world(&world);

    open_world(&world, place->project);
    assert_null(fields_at(&world, place->script, 1));
    assert_string_equal(value_get_text(fields_at(&world, place->script, 2), "condition", ""), "a > 1");
    int number = model_breakpoint_at(session_model(world.session), place->script, 2)->id;
    const struct value *after = value_get_map(fields_at(&world, place->script, 3), "pytui");
    assert_int_equal(value_get_int(after, "after", 0), number);
    assert_null(value_get(fields_at(&world, place->script, 2), "text"));
    close_world(&world);
    arena_destroy(arena);
}

static void two_keep_what_the_other_wrote(void **state)
{
    struct place *place = *state;
    struct world one, two;
    char other[128];
    snprintf(other, sizeof other, "%s/b.py", place->project);
    write_file(other, "x = 1\n");
    open_world(&one, place->project);
    open_world(&two, place->project);
    session_add_breakpoint(one.session, place->script, 2, NULL);
    save(&one);
    session_add_breakpoint(two.session, other, 1, NULL);
    close_world(&two);
    close_world(&one);
    open_world(&one, place->project);
    assert_non_null(fields_at(&one, place->script, 2));
    assert_non_null(fields_at(&one, other, 1));
    close_world(&one);
}

static void the_nearest_line_of_that_text_is_taken(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *text;
        int line, expected;
    } cases[] = {{"b = 2", 2, 2},  {"c = 3", 1, 3},    {"a = 1", 3, 1}, {"gone", 2, 2},
                 {"c = 3", 99, 3}, {"gone", 999, 999}, {"", 1, 1}};
    struct source_store *sources = source_store_create();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(breakpoint_store_follow(sources, place->script, cases[i].line, cases[i].text),
                         cases[i].expected);
    source_store_destroy(sources);
}

static void a_file_of_garbage_is_left_alone(void **state)
{
    struct place *place = *state;
    struct world world;
    open_world(&world, place->project);
    session_add_breakpoint(world.session, place->script, 2, NULL);
    close_world(&world);
    char command[256];
    snprintf(command, sizeof command, "for f in %s/pytui/breakpoints/project-*; do echo garbage >$f; done",
             place->home);
    assert_int_equal(system(command), 0);
    open_world(&world, place->project);
    assert_null(fields_at(&world, place->script, 2));
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_project_is_the_nearest_above, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_and_numbers_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_keep_what_the_other_wrote, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_nearest_line_of_that_text_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_garbage_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
