/* lexer_dump FILE…: every span of every line as "FILE-INDEX LINE START END ROLE", for lexer_check.py. */
#include <stdio.h>

#include "tui/lexer.h"
#include "tui/source.h"
#include "tui/width.h"

static char letter(enum role role)
{
    switch (role) {
    case ROLE_SYNTAX_KEYWORD:
    case ROLE_SYNTAX_SOFT_KEYWORD:
    case ROLE_SYNTAX_CONSTANT:
        return 'k';
    case ROLE_SYNTAX_STRING:
    case ROLE_SYNTAX_ESCAPE:
        return 's';
    case ROLE_SYNTAX_NUMBER:
        return 'n';
    case ROLE_SYNTAX_COMMENT:
        return 'c';
    case ROLE_SYNTAX_ERROR:
        return '!';
    default:
        return 0;
    }
}

int main(int count, char **files)
{
    static struct lexer_span spans[20000];
    struct source_store *store = source_store_create();
    width_set_locale();
    for (int i = 1; i < count; i++) {
        struct source *source = source_store_open(store, files[i]);
        for (int number = 1; number <= source_lines(source); number++) {
            size_t length;
            const char *line = source_line(source, number, &length);
            size_t found = lexer_line(line, length, source_line_state(source, number), spans, 20000);
            for (size_t s = 0; s < found; s++)
                if (letter(spans[s].role) != 0)
                    printf("%d %d %u %u %c\n", i - 1, number, spans[s].start, spans[s].end, letter(spans[s].role));
        }
    }
    source_store_destroy(store);
    return 0;
}
