#include "words.h"

#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\n\r"

struct splitter {
    const char *at;
    char **words; /* owned; always NULL-terminated */
    size_t count, capacity;
    char *word; /* owned: the one being read, as long as the line at most */
    size_t length;
    const char *wrong; /* what is; NULL */
};

static void put(struct splitter *splitter, char byte)
{
    splitter->word[splitter->length++] = byte;
}

/* After a quote: up to its end. In double quotes a backslash keeps only itself and a quote from meaning something. */
static void read_quoted(struct splitter *splitter, char quote)
{
    while (*splitter->at && *splitter->at != quote) {
        if (quote == '"' && *splitter->at == '\\' && (splitter->at[1] == '"' || splitter->at[1] == '\\'))
            splitter->at++;
        put(splitter, *splitter->at++);
    }
    if (*splitter->at)
        splitter->at++;
    else
        splitter->wrong = "a quote is not closed";
}

static void read_word(struct splitter *splitter)
{
    splitter->length = 0;
    while (*splitter->at && !strchr(BLANKS, *splitter->at) && !splitter->wrong) {
        char byte = *splitter->at++;
        if (byte == '\'' || byte == '"')
            read_quoted(splitter, byte);
        else if (byte != '\\')
            put(splitter, byte);
        else if (*splitter->at)
            put(splitter, *splitter->at++);
        else
            splitter->wrong = "nothing follows the backslash";
    }
    splitter->word[splitter->length] = '\0';
}

static void add(struct splitter *splitter)
{
    xgrow(&splitter->words, &splitter->capacity, splitter->count + 2, sizeof *splitter->words);
    splitter->words[splitter->count++] = xstrdup(splitter->word);
    splitter->words[splitter->count] = NULL;
}

char **words_split(const char *line, char *error, size_t size)
{
    struct splitter splitter = {.at = line};
    splitter.word = xcalloc(strlen(line) + 1, 1);
    splitter.words = xcalloc(1, sizeof *splitter.words);
    splitter.capacity = 1;
    for (splitter.at += strspn(line, BLANKS); *splitter.at && !splitter.wrong;
         splitter.at += strspn(splitter.at, BLANKS)) {
        read_word(&splitter);
        if (!splitter.wrong)
            add(&splitter);
    }
    free(splitter.word);
    if (!splitter.wrong)
        return splitter.words;
    snprintf(error, size, "%s", splitter.wrong);
    words_free(splitter.words);
    return NULL;
}

void words_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}
