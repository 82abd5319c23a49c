/* pytui's command line, from one table: parsing, --help and the manual page's list come from it. */
#pragma once

#include "target.h"

#include <stdbool.h>
#include <stdio.h>

struct attach;

struct option_breakpoint {
    char *path;       /* owned, absolute; NULL for a function */
    int line, column; /* column: in UTF-16 units, from 1; 0: the whole line */
    char *function;   /* owned; NULL for a line */
};

struct options {
    struct target_options target;          /* what to run; its strings are borrowed from argv */
    char **python_options;                 /* owned list behind target.python_options */
    bool run_on;                           /* --continue: no stop before the first line */
    struct option_breakpoint *breakpoints; /* owned */
    size_t breakpoint_count;
    int channel;            /* --channel: of a program that runs already and has our terminal; 0: none */
    const char *attach;     /* `attach`: to whom, "" for a list; NULL: not */
    struct attach *found;   /* borrowed: the answer to that (attach.h); set by main() */
    const char *inside;     /* `exec`: in whom `target` is to run; NULL: not */
    const char *dump;       /* `dump`: of whom; NULL: not */
    bool list, json, stop;  /* `ls`, and --json for it and `dump`; --stop for `attach` */
    bool locals;            /* --locals for `dump` */
    bool all;               /* --all for `ls` */
    bool read_only;         /* --read-only for `attach` */
    const char *list_where; /* `ls ssh:HOST`; "": here */
    const char *theme;      /* --theme; NULL */
    const char *log;        /* --log; NULL */
    bool no_mouse;          /* --no-mouse */
    bool no_colour;         /* --no-color, or NO_COLOR is set */
};

enum options_result {
    OPTIONS_RUN,  /* there is a program to run, or to attach to, or a list is wanted */
    OPTIONS_DONE, /* --help or --version was answered on standard output: leave with status 0 */
    OPTIONS_USAGE /* wrong: said on standard error: leave with status 2 */
};

/* Call options_finish() whatever the result. */
enum options_result options_parse(struct options *options, int argc, char **argv);
void options_finish(struct options *options);

/* The text of --help. */
void options_print_help(FILE *out);

/* One row of the table, for the manual page and completion; false past the last. */
struct option_row {
    const char *name;     /* without dashes */
    char letter;          /* 0: none */
    const char *argument; /* NULL: none */
    const char *help;
};
bool options_row(size_t index, struct option_row *row);

/* The words that stand in a script's place: *NAME and what it does; false past the last. */
bool options_subcommand(size_t index, const char **name, const char **help);
