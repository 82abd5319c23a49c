#include "description.h"

#include "backend.h"
#include "compat.h"
#include "request.h"
#include "server.h"
#include "watchers.h"

#include "protocol/arena.h"
#include "protocol/message.h"
#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 64
#define WORD_SIZE 512

/* One process has one; native threads read it when `known` is set, and it does not change after that but in a child. */
static struct {
    bool known;
    char name[128], executable[1024], version[32], directory[1024], job[128];
    char *words[WORDS_MAX]; /* owned */
    size_t word_count;
    long rank, local_rank; /* -1: none */
    long long began;       /* seconds since 1970 */
} description;

static long rank_of(const char *const *variables)
{
    for (; *variables; variables++) {
        const char *text = getenv(*variables);
        char *end;
        long number = text && *text ? strtol(text, &end, 10) : -1;
        if (number >= 0 && number < 100000000 && !*end) {
            return number;
        }
    }
    return -1;
}

static void learn_job(void)
{
    static const char *const ranks[] = {"RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID", "PMI_RANK", NULL};
    static const char *const locals[] = {"LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID", NULL};
    static const char *const jobs[] = {"SLURM_JOB_ID", "TORCHELASTIC_RUN_ID", "PBS_JOBID", "LSB_JOBID"};
    description.rank = rank_of(ranks);
    description.local_rank = rank_of(locals);
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]) && !description.job[0]; i++) {
        const char *text = getenv(jobs[i]);
        snprintf(description.job, sizeof(description.job), "%s", text ? text : "");
    }
}

static void copy_text(PyObject *text, char *buffer, size_t size)
{
    PyObject *bytes =
        text && PyUnicode_Check(text) ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace") : NULL;
    snprintf(buffer, size, "%s", bytes ? PyBytes_AsString(bytes) : "");
    Py_XDECREF(bytes);
    PyErr_Clear();
}

static void learn_words(void)
{
    PyObject *words = PySys_GetObject("orig_argv"); /* borrowed, as the words */
    Py_ssize_t count = words && PyList_Check(words) ? PyList_Size(words) : 0;
    for (Py_ssize_t i = 0; i < count && description.word_count < WORDS_MAX; i++) {
        char word[WORD_SIZE];
        copy_text(PyList_GetItem(words, i), word, sizeof(word));
        word[strlen(word) > WORD_SIZE - 5 ? WORD_SIZE - 5 : strlen(word)] = '\0';
        char *copy = strdup(word);
        if (copy) {
            description.words[description.word_count++] = copy;
        }
    }
}

/* The script, module or option that says what is run, from the interpreter's own command line. */
static void learn_name(void)
{
    static const char with_argument[] = "WXQ";
    size_t at = 1;
    for (; at < description.word_count && description.words[at][0] == '-' && description.words[at][1]; at++) {
        const char *option = description.words[at];
        if (strcmp(option, "-m") == 0 && at + 1 < description.word_count) {
            snprintf(description.name, sizeof(description.name), "%s", description.words[at + 1]);
            return;
        }
        if (option[1] == 'm' || option[1] == 'c') {
            snprintf(description.name, sizeof(description.name), "%s", option[1] == 'm' ? option + 2 : "-c");
            return;
        }
        at += option[1] != '-' && strchr(with_argument, option[1]) && !option[2] ? 1u : 0u;
    }
    const char *word = at < description.word_count ? description.words[at] : "python";
    const char *slash = strrchr(word, '/');
    snprintf(description.name, sizeof(description.name), "%s", slash && slash[1] ? slash + 1 : word);
}

void description_learn(const char *name)
{
    if (!description.known) {
        const char *version = Py_GetVersion();
        snprintf(description.version, sizeof(description.version), "%.*s", (int)strcspn(version, " "), version);
        copy_text(PySys_GetObject("executable"), description.executable, sizeof(description.executable));
        if (!getcwd(description.directory, sizeof(description.directory))) {
            description.directory[0] = '\0';
        }
        learn_words();
        learn_name();
        learn_job();
        description.began = (long long)time(NULL);
    }
    if (name && *name) {
        snprintf(description.name, sizeof(description.name), "%s", name);
    }
    description.known = true;
}

const char *description_name(void)
{
    return description.name;
}

long description_rank(void)
{
    return description.known ? description.rank : -1;
}

static struct value *text_value(struct arena *arena, const char *text)
{
    return value_string(arena, text, strlen(text)); /* replaces what is no UTF-8: it may have been cut off */
}

struct value *description_value(struct arena *arena, bool waiting, const char *address)
{
    struct value *body = value_map(arena), *words = value_array(arena);
    for (size_t i = 0; i < description.word_count; i++) {
        value_append(arena, words, text_value(arena, description.words[i]));
    }
    bool attached = false, stopped = false;
    backend_tell_state(&attached, &stopped);
    value_set(arena, body, "name", text_value(arena, description.name));
    value_set_int(arena, body, "pid", getpid());
    value_set(arena, body, "commandLine", words);
    value_set(arena, body, "directory", text_value(arena, description.directory));
    value_set(arena, body, "executable", text_value(arena, description.executable));
    value_set_text(arena, body, "pythonVersion", description.version);
    value_set_int(arena, body, "began", description.began);
    value_set_text(arena, body, "state", stopped ? "stopped" : waiting ? "waiting" : "running");
    value_set_bool(arena, body, "attached", attached);
    value_set_int(arena, body, "watchers", attached && backend_last() ? watchers_count(backend_last()) : 0);
    value_set_int(arena, body, "protocolVersion", MESSAGE_PROTOCOL_VERSION);
    value_set_text(arena, body, "backendVersion", PYTUI_VERSION);
    if (address) {
        value_set(arena, body, "address", text_value(arena, address));
    }
    if (description.rank >= 0) {
        value_set_int(arena, body, "rank", description.rank);
    }
    if (description.local_rank >= 0) {
        value_set_int(arena, body, "localRank", description.local_rank);
    }
    if (description.job[0]) {
        value_set(arena, body, "job", text_value(arena, description.job));
    }
    return body;
}

struct value *description_handle(struct request *request, bool *ok)
{
    (void)ok;
    return description_value(request->arena, false, NULL);
}
