/* Programs on another machine, by the user's own ssh: `pytui ls` asked there, and unix sockets forwarded from there to
 * a directory of this user alone. ssh runs on the user's terminal before the screen opens, so that it can ask for
 * passwords. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SSH_HOST_SIZE 256

struct live_list;

/* "ssh:HOST" or "ssh:HOST:NAME", an IPv6 address in brackets, in parts; NAME is "" without one. False: it is neither,
 * with a text for people in ERROR. */
bool ssh_split(const char *word, char host[SSH_HOST_SIZE], const char **name, char *error, size_t size);

/* The programs that listen at HOST; LIST is live_finish()ed by the caller. False with a text for people in ERROR. */
bool ssh_list(const char *host, struct live_list *list, char *error, size_t size);

/* Let ssh forward the sockets of LIST, whose programs get addresses here. NULL with a text for people in ERROR. */
struct ssh *ssh_forward(const char *host, struct live_list *list, char *error, size_t size);

/* What ssh said last, as a line that begins with ": "; "" if nothing. Borrowed until the next call. */
const char *ssh_last_words(struct ssh *ssh);

void ssh_destroy(struct ssh *ssh); /* ends it; NULL is fine */
