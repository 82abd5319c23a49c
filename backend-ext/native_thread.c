#include "native_thread.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IDS_MAX 64

/* Without a lock, which a fork could leave held in the child. The ids of threads that have ended stay until their place
 * is needed: nobody can say of himself that he is gone. */
static _Atomic long ids[IDS_MAX];
static atomic_int starting; /* have been asked for, and are not among the ids yet */

struct start {
    void *(*run)(void *);
    void *data;
};

static void remember(long id)
{
    for (size_t i = 0; i < IDS_MAX; i++) {
        long there = atomic_load(&ids[i]);
        bool gone = there != 0 && syscall(SYS_tgkill, (long)getpid(), there, 0) < 0 && errno == ESRCH;
        if ((there == 0 || gone) && atomic_compare_exchange_strong(&ids[i], &there, id)) {
            return;
        }
    }
}

static void *begin(void *data)
{
    struct start start = *(struct start *)data;
    free(data);
    remember(syscall(SYS_gettid));
    atomic_fetch_sub(&starting, 1);
    return start.run(start.data);
}

int native_thread_start(void *(*run)(void *), void *data, size_t stack)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    struct start *start = malloc(sizeof(*start));
    int error = start ? pthread_attr_init(&attributes) : ENOMEM;
    if (error) {
        free(start);
        return error;
    }
    *start = (struct start){.run = run, .data = data};
    sigfillset(&all);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* inherited by the thread: none is let in before it could block it */
    atomic_fetch_add(&starting, 1);
    error = pthread_create(&thread, &attributes, begin, start);
    if (error) {
        atomic_fetch_sub(&starting, 1);
        free(start);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

static bool is_own(long id)
{
    for (size_t i = 0; i < IDS_MAX; i++) {
        if (atomic_load(&ids[i]) == id) {
            return true;
        }
    }
    return false;
}

struct native_threads native_thread_count(void)
{
    struct native_threads found = {0};
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
        long id = strtol(entry->d_name, NULL, 10);
        found.own += id > 0 && is_own(id);
        found.others += id > 0 && !is_own(id);
    }
    if (tasks) {
        closedir(tasks);
    }
    int begun = atomic_load(&starting);
    found.own += begun;
    found.others -= begun;
    return found;
}
