/* Programs of this user that listen for a debugger: found by their sockets, asked who they are. `pytui ls`, and the
 * list that `pytui attach` shows. Sockets of programs that are gone are removed on the way. */
#pragma once

#include "by_pid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct live_program {
    char *address; /* unix:PATH or tcp:HOST:PORT; owned, as all text here */
    char *listens; /* where it says that it listens: TCP as well; NULL: not said */
    char *name;    /* NULL: it did not answer */
    char *state;   /* running, stopped, waiting; NULL */
    bool attached; /* another debugger is there */
    int watchers;  /* and so many only watch */
    int64_t pid;   /* 0: not known */
    int64_t age;   /* of the process, in seconds; -1: not known */
    int64_t began; /* listening, in seconds since 1970; 0: not known */
    int64_t rank;  /* -1: none */
    char *job;     /* NULL: none */
    char *command; /* its command line in one line */
    char *script;  /* the file that it runs, absolute; NULL: not known */
    char *python;  /* version */
    char *executable;
    bool elsewhere;      /* on another machine, perhaps: the process id says nothing here */
    char *kernel;        /* of Jupyter's: the notebook's name, or that of the connection; NULL: it is none */
    bool plain;          /* it does not listen (processes.h): ADDRESS is that of an armed one */
    enum by_pid_way way; /* … which way there is into it */
    char *note;          /* … more about that */
    int place;           /* rendezvous.h */
    char *file;          /* there; NULL: elsewhere */
};

struct live_list {
    struct live_program *programs; /* owned; by name, then rank, then process */
    size_t count;
};

/* Takes a second at most when one of them does not answer. */
struct live_list live_find(void);
void live_finish(struct live_list *list);

/* Who listens at ADDRESS. False with a reason in ERROR. */
bool live_ask(const char *address, struct live_program *program, char *error, size_t size);
void live_program_finish(struct live_program *program);
struct live_program live_program_copy(const struct live_program *program);

/* A connection to it. -1 with a reason in ERROR. */
int live_connect(const struct live_program *program, char *error, size_t size);

/* Put the programs of OTHERS, which is empty then, behind those of LIST. */
void live_append(struct live_list *list, struct live_list *others);
/* Take the processes of OTHERS out of LIST. */
void live_leave_out(struct live_list *list, const struct live_list *others);

/* "running", "stopped", "waiting"; or "attached", if it runs with a debugger. */
const char *live_state(const struct live_program *program);

/* Its command line for people, the interpreter without its directories. Borrowed. */
const char *live_command(const struct live_program *program);

/* "3 s", "5 min", "2 h", "4 d". */
void live_age(int64_t seconds, char out[16]);

/* As lines for people, with a column for the ways into those that do not listen if ALL, or as a JSON array. */
void live_print(const struct live_list *list, bool all, FILE *out);
void live_print_json(const struct live_list *list, FILE *out);
