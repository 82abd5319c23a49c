#include "path_map.h"
#include "unit.h"

#include <stdlib.h>

static void check(char *path, const char *wanted)
{
    if (wanted)
        assert_string_equal(path, wanted);
    else
        assert_null(path);
    free(path);
}

static void directories_are_replaced_both_ways(void **state)
{
    (void)state;
    struct path_map *map = path_map_create("/app=/home/me/src/app/, /app2/=/tmp/two");
    check(path_map_here(map, "/app/main.py"), "/home/me/src/app/main.py");
    check(path_map_here(map, "/app"), "/home/me/src/app");
    check(path_map_here(map, "/app2/x.py"), "/tmp/two/x.py");
    check(path_map_here(map, "/apples/main.py"), NULL);
    check(path_map_here(map, "main.py"), NULL);
    check(path_map_there(map, "/home/me/src/app/a/b.py"), "/app/a/b.py");
    check(path_map_there(map, "/home/me/src/application.py"), NULL);
    path_map_destroy(map);
}

static void the_root_and_the_home_are_directories_too(void **state)
{
    (void)state;
    setenv("HOME", "/home/me", 1);
    struct path_map *map = path_map_create("/=/mnt/container ~/x=/y");
    check(path_map_here(map, "/etc/a.py"), "/mnt/container/etc/a.py");
    check(path_map_there(map, "/mnt/container/etc/a.py"), "/etc/a.py");
    check(path_map_there(map, "/y/a.py"), "/home/me/x/a.py");
    path_map_destroy(map);
}

static void what_is_no_rule_is_left_out(void **state)
{
    (void)state;
    static const char *const texts[] = {"", " ,, ", "abc", "=x", "x=", "=", "a b c"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct path_map *map = path_map_create(texts[i]);
        check(path_map_here(map, "/a"), NULL);
        check(path_map_there(map, "/a"), NULL);
        path_map_destroy(map);
    }
    check(path_map_here(NULL, "/a"), NULL);
    path_map_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directories_are_replaced_both_ways),
        cmocka_unit_test(the_root_and_the_home_are_directories_too),
        cmocka_unit_test(what_is_no_rule_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
