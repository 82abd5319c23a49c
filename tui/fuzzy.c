/* Each word of the pattern is matched by a small dynamic program over a window of the text: best[i] is the best score
 * of the pattern's first i characters so far. Bytes are compared: UTF-8 sequences match as they are. */
#include "fuzzy.h"

#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 512 /* of a longer text the end counts: of a path, the file's name */

enum { POINTS_MATCH = 4, POINTS_WORD_START = 8, POINTS_ADJACENT = 10, POINTS_EXACT = 40, POINTS_PREFIX = 12 };

struct word {
    char text[FUZZY_PATTERN_MAX + 1];
    size_t length;
    bool exact_case;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_separator(char c)
{
    return c == '/' || c == '.' || c == '_' || c == '-' || c == ' ' || c == ':';
}

/* The pattern's next word; false at its end. */
static bool next_word(const char **pattern, struct word *word)
{
    const char *start = *pattern + strspn(*pattern, " ");
    size_t length = strcspn(start, " ");
    *pattern = start + length;
    word->length = length < FUZZY_PATTERN_MAX ? length : FUZZY_PATTERN_MAX;
    word->exact_case = false;
    for (size_t i = 0; i < word->length; i++) {
        word->text[i] = start[i];
        word->exact_case = word->exact_case || is_capital(start[i]);
    }
    word->text[word->length] = '\0';
    return word->length > 0;
}

static bool same(const struct word *word, size_t index, char c)
{
    return word->exact_case ? word->text[index] == c : word->text[index] == lower(c);
}

static bool starts_word(const char *text, size_t at)
{
    if (at == 0 || is_separator(text[at - 1]))
        return !is_separator(text[at]);
    return is_capital(text[at]) && !is_capital(text[at - 1]);
}

struct cell {
    int score;         /* of the pattern up to here, its last character taken at or before this place; -1: none */
    int ending;        /* the same, taken exactly here; -1: not */
    bool after_before; /* `ending` goes on from a match on the byte before */
};

/* Fill ROW for the pattern's character INDEX from the row before it. */
static void fill_row(const struct word *word, size_t index, const char *text, size_t length, const struct cell *before,
                     struct cell *row)
{
    int best = -1;
    for (size_t at = 0; at < length; at++) {
        int reached = index == 0 ? 0 : at > 0 ? before[at - 1].score : -1;
        int adjacent = index > 0 && at > 0 ? before[at - 1].ending : -1;
        row[at].ending = -1;
        if (reached >= 0 && same(word, index, text[at])) {
            int points = POINTS_MATCH + (starts_word(text, at) ? POINTS_WORD_START : 0);
            row[at].after_before = adjacent >= 0 && adjacent + POINTS_ADJACENT >= reached;
            row[at].ending = points + (row[at].after_before ? adjacent + POINTS_ADJACENT : reached);
        }
        best = row[at].ending > best ? row[at].ending : best;
        row[at].score = best;
    }
}

/* The tail of TEXT that counts. */
static const char *window(const char *text, size_t *length)
{
    *length = strlen(text);
    size_t skipped = *length > TEXT_MAX ? *length - TEXT_MAX : 0;
    *length -= skipped;
    return text + skipped;
}

static int score_word(const struct word *word, const char *text, size_t length)
{
    struct cell rows[2][TEXT_MAX];
    if (word->length > length)
        return 0;
    for (size_t i = 0; i < word->length; i++) {
        fill_row(word, i, text, length, rows[(i + 1) % 2], rows[i % 2]);
        if (rows[i % 2][length - 1].score < 0)
            return 0;
    }
    int score = rows[(word->length - 1) % 2][length - 1].score;
    bool prefix = true;
    for (size_t i = 0; i < word->length && prefix; i++)
        prefix = same(word, i, text[i]);
    return score + (prefix ? POINTS_PREFIX : 0) + (prefix && word->length == length ? POINTS_EXACT : 0);
}

int fuzzy_score(const char *pattern, const char *text)
{
    struct word word;
    size_t length;
    int total = 0;
    text = window(text, &length);
    while (next_word(&pattern, &word)) {
        int score = length ? score_word(&word, text, length) : 0;
        if (!score)
            return 0;
        total += score;
    }
    return total + 1;
}

/* Go back from the end along what fill_row() chose. */
static void mark_word(const struct word *word, const char *text, size_t length, bool *marks)
{
    struct cell(*rows)[TEXT_MAX] = xcalloc(word->length, sizeof *rows);
    for (size_t i = 0; i < word->length; i++)
        fill_row(word, i, text, length, i ? rows[i - 1] : NULL, rows[i]);
    size_t at = length;
    bool adjacent = false;
    for (size_t i = word->length; i-- > 0;) {
        if (adjacent) {
            at--;
        } else {
            int wanted = at > 0 ? rows[i][at - 1].score : -1;
            while (at > 0 && rows[i][at - 1].ending != wanted)
                at--;
            if (wanted < 0 || at == 0)
                break;
            at--;
        }
        marks[at] = true;
        adjacent = rows[i][at].after_before;
    }
    free(rows);
}

void fuzzy_marks(const char *pattern, const char *text, bool *marks, size_t length)
{
    struct word word;
    size_t shown;
    const char *tail = window(text, &shown);
    size_t skipped = (size_t)(tail - text);
    memset(marks, 0, length * sizeof *marks);
    if (skipped + shown > length || !shown)
        return;
    while (next_word(&pattern, &word))
        if (word.length <= shown)
            mark_word(&word, tail, shown, marks + skipped);
}
