#include "tui/log_message.h"

#include "unit.h"

#include <string.h>

static void names_with_a_value_before_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"total += i", "total={total} i={i}"},
        {"    total = total + price * count", "price={price} count={count}"},
        {"x = f(a, key=b)", "a={a} b={b}"},
        {"a, b = b, a", "reached"},
        {"return total", "total={total}"},
        {"return key, parse(value)", "key={key} value={value}"},
        {"for item in items:", "items={items}"},
        {"if n > limit and not done:", "n={n} limit={limit} done={done}"},
        {"squares = [i * i for i in range(n)]", "n={n}"},
        {"self.total += self.step", "self.total={self.total} self.step={self.step}"},
        {"self.run(n)", "n={n}"},
        {"table[key] = value", "key={key} value={value}"},
        {"items.sort(key=lambda row: row.age + base)", "items={items} base={base}"},
        {"with open(path) as file:", "path={path}"},
        {"while (line := read(stream)):", "stream={stream}"},
        {"def work(n, size=4):", "reached"},
        {"import json", "reached"},
        {"pass", "reached"},
        {"", "reached"},
        {"# total", "reached"},
        {"print('total', 3.5e2)", "reached"},
        {"x = a + a + a", "a={a}"},
        {"f(a, b, c, d, e)", "a={a} b={b} c={c} d={d}"},
        {"größe += 1", "größe={größe}"},
        {"assert x == y, message", "x={x} y={y} message={message}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char message[256];
        log_message_default(cases[i].line, strlen(cases[i].line), message, sizeof message);
        if (strcmp(message, cases[i].message) != 0)
            fail_msg("%s gives %s, not %s", cases[i].line, message, cases[i].message);
    }
}

static void a_small_buffer_is_not_cut_within_a_name(void **state)
{
    (void)state;
    char message[14];
    log_message_default("total += i", strlen("total += i"), message, sizeof message);
    assert_string_equal(message, "total={total}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_with_a_value_before_the_line),
        cmocka_unit_test(a_small_buffer_is_not_cut_within_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
