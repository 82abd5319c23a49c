/* pytui: a terminal debugger for Python. */
#include "app.h"
#include "attach.h"
#include "dump_stacks.h"
#include "log.h"
#include "options.h"
#include "run_inside.h"
#include "spawn.h"
#include "supervisor.h"
#include "target.h"
#include "width.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_FAILED 1
#define STATUS_USAGE  2

static void open_log(const struct options *options)
{
    const char *file = options->log ? options->log : getenv("PYTUI_LOG");
    if (file && *file && !log_open(file)) {
        const char *why = strerror(errno);
        fputs("pytui: ", stderr);
        width_print(stderr, file);
        fprintf(stderr, " cannot be written to (%s): no log is kept\n", why);
    }
}

static int debug(struct options *options, struct spawn_origin *origin)
{
    char error[1024];
    options->target.origin = origin;
    if (!options->channel && !target_check(&options->target, error, sizeof error)) {
        fputs("pytui: ", stderr);
        width_print(stderr, error);
        fputc('\n', stderr);
        return STATUS_FAILED;
    }
    supervisor_start();
    open_log(options);
    return app_run(options);
}

/* WORD says whom; that is found out before the screen opens. *WANTED is 0 the first time, and afterwards the process
 * that the user picked there, to be entered as by `pytui attach PID`; 0: none. */
static int attach_to(struct options *options, const char *word, int64_t *wanted)
{
    char error[2048];
    bool first = *wanted == 0;
    *wanted = 0;
    options->found = attach_find(word, options->target.home, error, sizeof error);
    if (!options->found) {
        fputs("pytui: ", stderr);
        width_print(stderr, error);
        fputc('\n', stderr);
        return STATUS_FAILED;
    }
    if (first) {
        supervisor_start();
        open_log(options);
    }
    int status = app_run(options);
    *wanted = attach_wants(options->found);
    attach_destroy(options->found);
    return status;
}

static int attach(struct options *options)
{
    char word[32];
    int64_t wanted = 0;
    int status = attach_to(options, options->attach, &wanted);
    while (wanted) {
        snprintf(word, sizeof word, "%lld", (long long)wanted);
        fprintf(stderr, "pytui: entering process %s …\n", word);
        status = attach_to(options, word, &wanted);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct spawn_origin origin;
    struct options options;
    int status = STATUS_USAGE;
    spawn_origin_init(&origin);
    width_set_locale();
    enum options_result result = options_parse(&options, argc, argv);
    if (result == OPTIONS_DONE)
        status = EXIT_SUCCESS;
    else if (result == OPTIONS_RUN && options.list)
        status = attach_list(&options);
    else if (result == OPTIONS_RUN && options.inside)
        status = run_inside(&options);
    else if (result == OPTIONS_RUN && options.dump)
        status = dump_stacks(&options);
    else if (result == OPTIONS_RUN && options.attach)
        status = attach(&options);
    else if (result == OPTIONS_RUN)
        status = debug(&options, &origin);
    options_finish(&options);
    spawn_origin_finish(&origin);
    return status;
}
