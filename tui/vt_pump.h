/* From a pty to the embedded terminal, a bounded piece of work at a time: reads of ≤ 4 KiB gathered to
 * 16 KiB, fed in small steps until 3 ms are over or something more urgent (a key, the backend) waits. */
#pragma once

#include "vt.h"

#include <stdint.h>

#define VT_PUMP_READ         4096
#define VT_PUMP_BUFFER       16384
#define VT_PUMP_MICROSECONDS 3000

struct vt_pump_options {
    int fd; /* of the pty; may block: it is polled before each read */
    struct vt *vt;
    /* Whether to stop now; asked after every step. NULL: never. loop_urgent() is made for it. */
    bool (*urgent)(void *data);
    void *data;
    int64_t microseconds; /* 0: VT_PUMP_MICROSECONDS */
};

struct vt_pump {
    struct vt_pump_options options;
    size_t start, end; /* of what was read but not fed yet */
    bool ended;
    char buffer[VT_PUMP_BUFFER];
};

enum vt_pump_result {
    VT_PUMP_IDLE, /* all that was there is fed: wait for POLLIN */
    VT_PUMP_MORE, /* stopped in between: run again next turn without waiting */
    VT_PUMP_END,  /* the other side is closed (end of file or EIO) and all is fed */
};

void vt_pump_init(struct vt_pump *pump, const struct vt_pump_options *options);
/* Call when the descriptor is readable or hung up, or after VT_PUMP_MORE. */
enum vt_pump_result vt_pump_run(struct vt_pump *pump);
