/* Somebody who has connected to a program that listens, and has not begun a session: the first message, the answer to
 * it, the end. All on the doorman's thread (listener.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct message;
struct value;

struct guest {
    int fd; /* -1: the place is free */
    long long until;
    bool partial;        /* a part of its message is there: looked at again by time, poll() would not wait */
    int64_t seq;         /* of its first message, once that was read */
    struct arena *arena; /* owned; with it */
};

/* Close the connection, and the place is free. */
void guest_dismiss(struct guest *guest);

/* Answer a guest's first message; it has not been sent anything else. */
void guest_answer(struct guest *guest, struct value *message);

/* Answer its `initialize` with an error, and dismiss it. */
void guest_turn_away(struct guest *guest, const char *why);

/* A first message that is whole: 1; not yet: 0; never: -1. It stays in the socket. */
int guest_peek(struct guest *guest, struct message *message);

/* Why nobody can be debugged or watched by this client, in BUFFER or as a constant; NULL: it may be. */
const char *guest_refuse(const struct message *message, char *buffer, size_t size);

/* Whether it asks for a session that another client holds, and letting it join that. */
bool guest_wants_to_watch(const struct message *message);
void guest_let_watch(struct guest *guest);
