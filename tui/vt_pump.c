#include "vt_pump.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"

void vt_pump_init(struct vt_pump *pump, const struct vt_pump_options *options)
{
    pump->options = *options;
    if (pump->options.microseconds == 0)
        pump->options.microseconds = VT_PUMP_MICROSECONDS;
    pump->start = pump->end = 0;
    pump->ended = false;
}

/* One read; false when nothing is there. */
static bool read_once(struct vt_pump *pump)
{
    struct pollfd ready = {.fd = pump->options.fd, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0)
        return false;
    size_t room = sizeof pump->buffer - pump->end;
    ssize_t got = read(pump->options.fd, pump->buffer + pump->end, room < VT_PUMP_READ ? room : VT_PUMP_READ);
    if (got > 0) {
        pump->end += (size_t)got;
        return true;
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return errno == EINTR;
    /* A pty's master gives EIO once no slave is open any more. */
    if (got < 0 && errno != EIO)
        log_errno("reading the program's terminal");
    pump->ended = true;
    return false;
}

static void gather(struct vt_pump *pump)
{
    if (pump->start > 0) {
        memmove(pump->buffer, pump->buffer + pump->start, pump->end - pump->start);
        pump->end -= pump->start;
        pump->start = 0;
    }
    while (!pump->ended && pump->end < sizeof pump->buffer && read_once(pump))
        ;
}

enum vt_pump_result vt_pump_run(struct vt_pump *pump)
{
    const struct vt_pump_options *options = &pump->options;
    int64_t until = loop_now() + options->microseconds;
    for (;;) {
        if (pump->end - pump->start < VT_PUMP_BUFFER / 2)
            gather(pump);
        if (pump->start == pump->end)
            return pump->ended ? VT_PUMP_END : VT_PUMP_IDLE;
        pump->start += vt_feed_some(options->vt, pump->buffer + pump->start, pump->end - pump->start);
        if (options->urgent != NULL && options->urgent(options->data))
            return VT_PUMP_MORE;
        if (loop_now() >= until)
            return VT_PUMP_MORE;
    }
}
