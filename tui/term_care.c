#include "term_care.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "term.h"

static struct {
    volatile sig_atomic_t armed;
    int fd; /* borrowed */
    pid_t owner;
    struct termios modes;
    char sequence[TERM_CARE_RESTORE_MAX];
    size_t length;
} care;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
#define FATAL_COUNT (sizeof fatal_signals / sizeof fatal_signals[0])

static struct sigaction previous_actions[FATAL_COUNT];
static char signal_stack[64 * 1024];

void term_care_arm(int fd, const char *sequence, size_t length, const struct termios *modes)
{
    term_care_disarm();
    care.fd = fd;
    care.owner = getpid();
    care.modes = *modes;
    care.length = length < sizeof care.sequence ? length : sizeof care.sequence;
    memcpy(care.sequence, sequence, care.length);
    care.armed = 1;
}

void term_care_disarm(void)
{
    care.armed = 0;
}

void term_emergency_restore(void)
{
    if (!care.armed || care.owner != getpid())
        return;
    care.armed = 0;
    int saved_errno = errno;
    for (size_t done = 0; done < care.length;) {
        ssize_t count = write(care.fd, care.sequence + done, care.length - done);
        if (count <= 0 && errno != EINTR)
            break;
        done += count > 0 ? (size_t)count : 0;
    }
    /* From the background tcsetattr() would stop us for good. */
    sigset_t block, old;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    sigprocmask(SIG_BLOCK, &block, &old);
    tcsetattr(care.fd, TCSANOW, &care.modes);
    sigprocmask(SIG_SETMASK, &old, NULL);
    errno = saved_errno;
}

/* The signal is blocked while this runs: raised again, it does what it did before us (a core dump, or a
 * sanitizer's report) as soon as we return. */
static void on_fatal_signal(int signal)
{
    term_emergency_restore();
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        if (fatal_signals[i] == signal)
            sigaction(signal, &previous_actions[i], NULL);
    }
    raise(signal);
}

void term_care_catch_signals(void)
{
    stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack}, old;
    if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE))
        sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_handler = on_fatal_signal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < FATAL_COUNT; i++) {
        struct sigaction current;
        sigaction(fatal_signals[i], NULL, &current);
        if (current.sa_handler == on_fatal_signal)
            continue; /* a second call must not make us our own predecessor */
        previous_actions[i] = current;
        sigaction(fatal_signals[i], &action, NULL);
    }
}
