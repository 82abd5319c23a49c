#include "tui/ssh.h"

#include "unit.h"

#include <string.h>

static void a_word_is_host_and_name(void **state)
{
    (void)state;
    static const struct {
        const char *word, *host, *name;
    } cases[] = {
        {"ssh:box", "box", ""},
        {"ssh:box:", "box", ""},
        {"ssh:me@box:train.py", "me@box", "train.py"},
        {"ssh:box:a:b", "box", "a:b"},
        {"ssh:[fe80::1%eth0]:4711", "fe80::1%eth0", "4711"},
        {"ssh:[::1]", "::1", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char host[SSH_HOST_SIZE], error[400] = "";
        const char *name;
        assert_true(ssh_split(cases[i].word, host, &name, error, sizeof error));
        assert_string_equal(host, cases[i].host);
        assert_string_equal(name, cases[i].name);
    }
}

/* Nothing becomes an option of ssh's, or two words. */
static void what_is_no_host_is_refused(void **state)
{
    (void)state;
    char longest[SSH_HOST_SIZE + 8] = "ssh:";
    memset(longest + 4, 'x', SSH_HOST_SIZE);
    longest[SSH_HOST_SIZE + 4] = '\0';
    const char *const wrong[] = {"ssh:",       "ssh::name", "ssh:-oProxyCommand=x", "ssh:a b", "ssh:a\nb",
                                 "ssh:[::1",   "ssh:[]",    "ssh:[::1]x",           longest,   "ssh:a\x7f",
                                 "ssh:[-x]:me"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char host[SSH_HOST_SIZE], error[400] = "";
        const char *name;
        if (ssh_split(wrong[i], host, &name, error, sizeof error))
            fail_msg("taken: %s", wrong[i]);
        assert_non_null(strstr(error, "not an address"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_host_and_name),
        cmocka_unit_test(what_is_no_host_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
