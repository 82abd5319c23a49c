#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/lexer.h"
#include "tui/lexer_state.h"

/* A line is checked against a picture of it, one letter a byte. */
static char letter(enum role role)
{
    switch (role) {
    case ROLE_SYNTAX_KEYWORD:
        return 'k';
    case ROLE_SYNTAX_SOFT_KEYWORD:
        return 'K';
    case ROLE_SYNTAX_BUILTIN:
        return 'b';
    case ROLE_SYNTAX_STRING:
        return 's';
    case ROLE_SYNTAX_ESCAPE:
        return 'e';
    case ROLE_SYNTAX_NUMBER:
        return 'n';
    case ROLE_SYNTAX_COMMENT:
        return 'c';
    case ROLE_SYNTAX_DECORATOR:
        return '@';
    case ROLE_SYNTAX_DEFINITION:
        return 'd';
    case ROLE_SYNTAX_OPERATOR:
        return 'o';
    case ROLE_SYNTAX_CONSTANT:
        return 'C';
    case ROLE_SYNTAX_SELF:
        return 'S';
    case ROLE_SYNTAX_ERROR:
        return '!';
    default:
        return '?';
    }
}

static void picture(const char *line, size_t length, uint8_t state, char *out)
{
    struct lexer_span spans[200];
    size_t count = lexer_line(line, length, state, spans, COUNT(spans)), end = 0;
    memset(out, '.', length);
    out[length] = '\0';
    for (size_t i = 0; i < count; i++) {
        assert_true(spans[i].start >= end && spans[i].start < spans[i].end && spans[i].end <= length);
        end = spans[i].end;
        memset(out + spans[i].start, letter(spans[i].role), end - spans[i].start);
    }
}

static const struct {
    const char *line, *picture;
} lines[] = {
    {"", ""},
    {"x = 1", "..o.n"},
    {"def f(self, x):", "kkk.d.SSSS....."},
    {"async def g(): await h()", "kkkkk.kkk.d....kkkkk...."},
    {"class A(Exception):", "kkkkk.d.bbbbbbbbb.."},
    {"    return None # done", "....kkkkkk.CCCC.cccccc"},
    {"@decorator.name(1)", "@@@@@@@@@@@@@@@.n."},
    {"@lambda f: f", "@kkkkkk....."},
    {"from . import x", "kkkk...kkkkkk.."},
    {"a @ b", "..o.."},
    {"print(x.print, id=1, id==2)", "bbbbb............on..bboon."},
    {"len = 3", "....o.n"},
    {"a.b.self.None", "............."},
    {"...", "..."},
    /* numbers */
    {"0x1F 0b10 0o17 1_000", "nnnn.nnnn.nnnn.nnnnn"},
    {"1.5 .5 5. 1e9 1E-9j 1e", "nnn.nn.nn.nnn.nnnnn.n."},
    {"x1 = 1if x else 2", "...o.nkk...kkkk.n"},
    /* strings */
    {"'a' \"b\"", "sss.sss"},
    {"'a\\n\\q\\'b'", "sseessee"
                      "ss"},
    {"r'\\n' b'\\x41\\u0041' u''", "sssss.sseeeesssssss.sss"},
    {"'\\x4' '\\N{DASH}' '\\101'", "sssss.seeeeeeees.seeees"},
    {"'''a''' + \"\"\"b\"\"\"", "sssssss.o.sssssss"},
    {"'open", "s!!!!"},
    {"x'a'", ".sss"},
    /* f-strings and t-strings */
    {"f'a{x}b'", "ssse.ess"},
    {"f'{{x}}'", "sseesees"},
    {"f'{x!r:>{w}}'", "sse.eeese.ees"},
    {"f'{x:%H:%M}'", "sse.essssses"},
    {"f'{d[\"a\"]}'", "sse..sss.es"},
    {"f'{x['a']}'", "sse..sss.es"}, /* the same quotes, since 3.12 */
    {"f'{f'{1}'}'", "ssesseneses"},
    {"f'{a if b else c}'", "sse..kk...kkkk..es"},
    {"f'{(lambda x: 1)(2)}'", "sse.kkkkkk....n..n.es"},
    {"f'{ {1: 2}[1] }'", "sse..n..n..n..es"},
    {"f'{x=}'", "sse.oes"},
    {"f'{x != y}'", "sse..oo..es"},
    {"f'\\{x}'", "ssse.es"},
    {"f'\\N{DASH}{x}'", "sseeeeeeeee.es"},
    {"rf'\\N{x}'", "ssssse.es"},
    {"t'a{x}'", "ssse.es"},
    {"Rb'{x}' bR'{x}'", "sssssss.sssssss"},
    {"f'a}b'", "sss!ss"},
    /* soft keywords */
    {"match x:", "KKKKK..."},
    {"match = 3", "......o.n"},
    {"match(x)", "........"},
    {"match (x):", "KKKKK....."},
    {"match.group()", "............."},
    {"match in x", "......kk.."},
    {"match not in x", "......kkk.kk.."},
    {"match not x:", "KKKKK.kkk..."},
    {"match: int", ".......bbb"},
    {"match, x = 1, 2", ".........o.n..n"},
    {"match -x:", "KKKKK.o.."},
    {"match - x", "......o.."},
    {"match (", "KKKKK.."},
    {"match(", "......"},
    {"    case _:", "....KKKK.K."},
    {"case [a, _] if _ > 1: pass", "KKKK.....K..kk.K.o.n..kkkk"},
    {"case 1: x", "KKKK.n..."},
    {"case {'a': 1}: y", "KKKK..sss..n...."},
    {"case['a'] = 1", ".....sss..o.n"},
    {"_ = 3", "..o.n"},
    {"type X = int", "KKKK.d.o.bbb"},
    {"type X[T] = list[T]", "KKKK.d....o.bbbb..."},
    {"type(x)", "bbbb..."},
    {"type = 3", ".....o.n"},
    {"type in x", "bbbb.kk.."},
    {"lazy import x", "KKKK.kkkkkk.."},
    {"lazy = 1", ".....o.n"},
    /* what it does not understand */
    {"a $ b ? c", "..!...!.."},
    {"é = 'é'", "...o.ssss"},
};

static void test_lines(void **state)
{
    (void)state;
    char out[300];
    for (size_t i = 0; i < COUNT(lines); i++) {
        size_t length = strlen(lines[i].line);
        picture(lines[i].line, length, LEXER_START, out);
        if (strcmp(out, lines[i].picture) != 0)
            fail_msg("\n%s\n%s\n%s expected", lines[i].line, out, lines[i].picture);
    }
}

/* Several lines, each with its picture below it. */
static const char *const texts[] = {
    "x = '''one\n"
    "..o.ssssss\n"
    "two''' + y\n"
    "ssssss.o..\n",

    "x = 'one\\\n"
    "..o.sssss\n"
    "two' + y\n"
    "ssss.o..\n",

    "'not closed\n"
    "s!!!!!!!!!!\n"
    "def f(): pass\n"
    "kkk.d....kkkk\n",

    "f'''{x}\n"
    "sssse.e\n"
    "{y:\n"
    "e.e\n"
    ">{w}}'''\n"
    "se.eesss\n",

    "f'{foo(\n"
    "sse....\n"
    "  1, {2: 3},\n"
    "..n...n..n..\n"
    ")}' + '{x}'\n"
    ".es.o.sssss\n",

    "f'''{[ # a comment\n"
    "sssse..ccccccccccc\n"
    "  '}', \"\"\"x\n"
    "..sss..ssss\n"
    "y\"\"\"]:3}'''\n"
    "ssss.esesss\n",

    "rf\"\"\"\\d{x}\n"
    "sssssss"
    "e.e\n"
    "\\n{1}\"\"\"\n"
    "ssenesss\n",

    "b'''\\u0041\n"
    "ssssssssss\n"
    "\\u0041 \\x41'''\n"
    "sssssssee"
    "eesss\n",

    "f'''{f'''{\n"
    "ssssesssse\n"
    "1}'''}''' 2\n"
    "nesssesss.n\n",

    "# 'no string\n"
    "cccccccccccc\n"
    "x = \"# no comment\"\n"
    "..o.ssssssssssssss\n",
};

static void check_text(const char *text)
{
    char source[1000] = "", expected[20][120], out[200];
    uint32_t offsets[20] = {0};
    uint8_t states[20];
    size_t count = 0, length = 0;
    for (const char *at = text; *at != '\0'; count++) {
        size_t line = strcspn(at, "\n");
        memcpy(source + length, at, line + 1);
        offsets[count] = (uint32_t)length;
        length += line + 1;
        at += line + 1;
        line = strcspn(at, "\n");
        memcpy(expected[count], at, line);
        expected[count][line] = '\0';
        at += line + 1;
    }
    lexer_scan(source, length, offsets, count, states);
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1 < count ? offsets[i + 1] - 1 : length - 1;
        picture(source + offsets[i], end - offsets[i], states[i], out);
        if (strcmp(out, expected[i]) != 0)
            fail_msg("\n%.*s\n%s\n%s expected, state %d", (int)(end - offsets[i]), source + offsets[i], out,
                     expected[i], states[i]);
    }
}

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        check_text(texts[i]);
}

/* Every state that a byte can hold comes back from a stack as it was. */
static void test_pack(void **state)
{
    (void)state;
    size_t used = 0;
    for (int packed = 0; packed < 256; packed++) {
        struct lexer_stack stack;
        lexer_stack_unpack(&stack, (uint8_t)packed);
        if (stack.depth == 0 || lexer_stack_pack(&stack) != packed)
            continue;
        used++;
    }
    assert_int_equal(used, 20 + 4 + 64 + 80 + 64);
}

/* Random bytes: every state, no crash, ordered spans; and the scan of any text ends. */
static void test_random(void **state)
{
    (void)state;
    static const char alphabet[] = "'''\"\"\"frbtu{}[]():!#\\\n ax1._=@";
    unsigned seed = 1;
    char text[400], out[401];
    uint32_t offsets[400];
    uint8_t states[400];
    for (int round = 0; round < 20000; round++) {
        size_t length = (size_t)(seed >> 8) % sizeof text, count = 0;
        for (size_t i = 0; i < length; i++) {
            seed = seed * 1103515245u + 12345u;
            text[i] = round % 10 == 0 ? (char)(seed >> 16) : alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        for (size_t i = 0; i < length; i++)
            if (i == 0 || text[i - 1] == '\n')
                offsets[count++] = (uint32_t)i;
        lexer_scan(text, length, offsets, count, states);
        for (size_t i = 0; i < count; i++) {
            size_t end = i + 1 < count ? offsets[i + 1] - 1 : length;
            picture(text + offsets[i], end - offsets[i], states[i], out);
        }
        picture(text, length < 100 ? length : 100, (uint8_t)round, out);
    }
}

static void test_capacity(void **state)
{
    (void)state;
    char line[100];
    struct lexer_span spans[10];
    memset(line, '+', sizeof line);
    for (size_t i = 0; i < sizeof line; i += 2)
        line[i] = '1';
    assert_int_equal(lexer_line(line, sizeof line, LEXER_START, spans, 10), 10);
    assert_int_equal(lexer_line(line, sizeof line, LEXER_START, spans, 0), 0);
}

/* Each string costs its own length: were the rest of the line looked at for each, this would take many minutes. */
static void test_a_line_of_a_million_strings(void **state)
{
    (void)state;
    static const char item[] = "'a', ";
    const size_t count = 1000000, each = 5;
    char *text = malloc(count * each + 16);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * each, item, each);
    size_t first = count * each, length = first;
    memcpy(text + length, "'''\nin it\n", 11);
    length += 11;
    const uint32_t offsets[] = {0, (uint32_t)first + 4, (uint32_t)length};
    uint8_t states[2] = {0xff, 0xff};
    lexer_scan(text, length, offsets, 2, states);
    assert_int_equal(states[0], LEXER_START);
    assert_int_not_equal(states[1], LEXER_START);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_texts),
        cmocka_unit_test(test_pack),     cmocka_unit_test(test_random),
        cmocka_unit_test(test_capacity), cmocka_unit_test(test_a_line_of_a_million_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
