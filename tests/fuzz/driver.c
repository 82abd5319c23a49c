/* A small coverage-guided fuzzer for any compiler with -fsanitize-coverage=trace-pc (gcc has no libFuzzer).
 *
 *     fuzz_NAME [--seconds N] [--seed N] [--longest BYTES] FILE-OR-DIRECTORY...
 *
 * Runs every file as it is, then mutations of them for N seconds (default 2; 0: only the files). An input
 * that reaches a new place in the code, or one reached a new number of times, joins those that are mutated.
 * An input that crashes or hangs is written to fuzz_NAME.crash in the working directory; give that file as the argument
 * to run it again. Without coverage in the target this is plain mutation. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAP_SIZE     65536u
#define MOST_INPUTS  20000u
#define LONGEST_FILE ((size_t)1 << 20)
#define HANG_SECONDS 20u

/* Written by the instrumented code and read by signal handlers, which give no place for a pointer: hence globals. */
static uint8_t hits[MAP_SIZE];
static uintptr_t previous;
static struct {
    char path[256];
    const uint8_t *bytes; /* borrowed */
    size_t size;
} current;

/* Stop at the first finding, by an abort() that reaches our handler. The sanitizers' libraries look these up. */
const char *__asan_default_options(void) __attribute__((visibility("default")));
const char *__asan_default_options(void)
{
    return "halt_on_error=1:abort_on_error=1:handle_abort=0";
}

const char *__ubsan_default_options(void) __attribute__((visibility("default")));
const char *__ubsan_default_options(void)
{
    return "halt_on_error=1:abort_on_error=1:print_stacktrace=1";
}

void __sanitizer_cov_trace_pc(void) __attribute__((visibility("default")));
void __sanitizer_cov_trace_pc(void)
{
    uintptr_t pc = (uintptr_t)__builtin_return_address(0);
    pc = (pc >> 2 ^ pc >> 17) * 0x9E3779B1u;
    uint8_t *hit = &hits[(pc ^ previous) % MAP_SIZE];
    if (*hit < 255)
        ++*hit;
    previous = pc >> 1;
}

struct input {
    uint8_t *bytes; /* owned */
    size_t size;
};

struct fuzzer {
    struct input inputs[MOST_INPUTS];
    size_t count;
    uint8_t seen[MAP_SIZE]; /* for each place, the classes of hit counts that occurred */
    size_t places;
    uint64_t random;
    size_t longest;
    uint8_t *scratch; /* owned; LONGEST_FILE bytes */
    unsigned long runs;
};

static uint64_t next_random(struct fuzzer *fuzzer)
{
    uint64_t z = fuzzer->random += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static size_t below(struct fuzzer *fuzzer, size_t limit)
{
    return limit ? next_random(fuzzer) % limit : 0;
}

/* A bit for each order of magnitude, so that loops do not make every input look new. */
static uint8_t count_class(uint8_t count)
{
    if (count < 4)
        return (uint8_t)(count ? 1u << (count - 1) : 0);
    return (uint8_t)(count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128);
}

/* Whether the last run reached something new; remembers it. */
static bool is_new(struct fuzzer *fuzzer)
{
    bool new = false;
    for (size_t i = 0; i < MAP_SIZE; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, hits + i, sizeof(word));
        for (size_t j = i; word && j < i + sizeof(word); j++) {
            uint8_t class = count_class(hits[j]);
            if (class & ~fuzzer->seen[j]) {
                fuzzer->places += fuzzer->seen[j] == 0;
                fuzzer->seen[j] |= class;
                new = true;
            }
        }
    }
    return new;
}

static void keep(struct fuzzer *fuzzer, const uint8_t *bytes, size_t size)
{
    size_t at = fuzzer->count < MOST_INPUTS ? fuzzer->count++ : below(fuzzer, MOST_INPUTS);
    struct input *input = &fuzzer->inputs[at];
    free(input->bytes);
    input->bytes = malloc(size ? size : 1);
    if (!input->bytes)
        abort();
    memcpy(input->bytes, bytes, size);
    input->size = size;
}

/* Run the target on an exact copy, so that a sanitizer sees one byte too far. */
static void run(struct fuzzer *fuzzer, const uint8_t *bytes, size_t size)
{
    if (fuzzer->runs++ % 256 == 0)
        alarm(HANG_SECONDS);
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    memset(hits, 0, sizeof(hits));
    previous = 0;
    current.bytes = copy;
    current.size = size;
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static const uint8_t interesting[] = {0,    1,    2,    0x0A, 0x1B, 0x20, 0x3B, 0x5B, 0x7F, 0x80, 0x81, 0x90, 0xA0,
                                      0xC0, 0xC1, 0xC4, 0xC6, 0xD9, 0xDB, 0xDD, 0xDE, 0xDF, 0xE0, 0xF0, 0xFE, 0xFF};

/* Make room for LENGTH bytes at AT, or as many as fit; how many. */
static size_t open_gap(const struct fuzzer *fuzzer, size_t *size, size_t at, size_t length)
{
    if (length > fuzzer->longest - *size)
        length = fuzzer->longest - *size;
    memmove(fuzzer->scratch + at + length, fuzzer->scratch + at, *size - at);
    *size += length;
    return length;
}

/* Change scratch, which holds SIZE bytes, in one place; the new size. */
static size_t mutate_once(struct fuzzer *fuzzer, size_t size)
{
    uint8_t *bytes = fuzzer->scratch;
    size_t at = below(fuzzer, size), length = 1 + below(fuzzer, 1 + below(fuzzer, 64));
    const struct input *other = &fuzzer->inputs[below(fuzzer, fuzzer->count)];
    if (size == 0) {
        bytes[0] = interesting[below(fuzzer, sizeof(interesting))];
        return 1;
    }
    if (length > size - at)
        length = size - at;
    switch (below(fuzzer, 8)) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << below(fuzzer, 8));
        break;
    case 1:
        bytes[at] = interesting[below(fuzzer, sizeof(interesting))];
        break;
    case 2:
        bytes[at] = (uint8_t)(bytes[at] + below(fuzzer, 33) - 16);
        break;
    case 3: /* cut out */
        memmove(bytes + at, bytes + at + length, size - at - length);
        size -= length;
        break;
    case 4: /* double */
        length = open_gap(fuzzer, &size, at, length);
        memcpy(bytes + at, bytes + at + length, length < size - at - length ? length : size - at - length);
        break;
    case 5: /* put random bytes in */
        length = open_gap(fuzzer, &size, at, length);
        for (size_t i = 0; i < length; i++)
            bytes[at + i] = (uint8_t)next_random(fuzzer);
        break;
    case 6: /* put a piece of another input in */
    case 7: /* or over what is there */
        if (other->size > 0) {
            size_t from = below(fuzzer, other->size);
            size_t most = 1 + below(fuzzer, 1 + below(fuzzer, other->size - from));
            if (at % 2)
                length = open_gap(fuzzer, &size, at, most < other->size - from ? most : other->size - from);
            memcpy(bytes + at, other->bytes + from, length < other->size - from ? length : other->size - from);
        }
        break;
    }
    return size;
}

static void mutate_and_run(struct fuzzer *fuzzer)
{
    const struct input *input = &fuzzer->inputs[below(fuzzer, fuzzer->count)];
    size_t size = input->size < fuzzer->longest ? input->size : fuzzer->longest;
    memcpy(fuzzer->scratch, input->bytes, size);
    for (size_t steps = 1 + below(fuzzer, 1 + below(fuzzer, 8)); steps > 0; steps--)
        size = mutate_once(fuzzer, size);
    run(fuzzer, fuzzer->scratch, size);
    if (is_new(fuzzer))
        keep(fuzzer, fuzzer->scratch, size);
}

static void load_file(struct fuzzer *fuzzer, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    size_t size = fread(fuzzer->scratch, 1, LONGEST_FILE, file);
    fclose(file);
    run(fuzzer, fuzzer->scratch, size);
    is_new(fuzzer);
    keep(fuzzer, fuzzer->scratch, size);
}

static void load(struct fuzzer *fuzzer, const char *path)
{
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    if (count < 0) {
        load_file(fuzzer, path);
        return;
    }
    for (int i = 0; i < count; i++) {
        char inner[4096];
        snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            load_file(fuzzer, inner);
        free(names[i]);
    }
    free(names);
}

static void save_current(void)
{
    static const char text[] = "the input is in ";
    int fd = open(current.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, current.bytes, current.size) < 0)
        return;
    if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0 &&
        write(STDERR_FILENO, current.path, strlen(current.path)) > 0)
        (void)!write(STDERR_FILENO, "\n", 1);
}

static void on_signal(int number)
{
    signal(number, SIG_DFL);
    save_current();
    raise(number);
}

static void catch_crashes(const char *program)
{
    const char *slash = strrchr(program, '/');
    snprintf(current.path, sizeof(current.path), "%.200s.crash", slash ? slash + 1 : program);
    signal(SIGABRT, on_signal);
    signal(SIGALRM, on_signal);
#ifndef __SANITIZE_ADDRESS__ /* it reports these itself, and then aborts */
    signal(SIGSEGV, on_signal);
    signal(SIGBUS, on_signal);
    signal(SIGFPE, on_signal);
#endif
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void destroy(struct fuzzer *fuzzer)
{
    for (size_t i = 0; i < fuzzer->count; i++)
        free(fuzzer->inputs[i].bytes);
    free(fuzzer->scratch);
    free(fuzzer);
}

struct options {
    double seconds;
    uint64_t seed;
    size_t longest;
};

/* Read the options; the index of the first path. */
static int parse_options(int argc, char **argv, struct options *options)
{
    int at = 1;
    for (; at + 1 < argc && strncmp(argv[at], "--", 2) == 0; at += 2) {
        if (strcmp(argv[at], "--seconds") == 0)
            options->seconds = strtod(argv[at + 1], NULL);
        else if (strcmp(argv[at], "--seed") == 0)
            options->seed = strtoull(argv[at + 1], NULL, 10);
        else if (strcmp(argv[at], "--longest") == 0)
            options->longest = strtoull(argv[at + 1], NULL, 10);
        else
            break;
    }
    if (at >= argc || argv[at][0] == '-' || options->longest == 0 || options->longest > LONGEST_FILE) {
        fprintf(stderr, "usage: %s [--seconds N] [--seed N] [--longest BYTES] FILE-OR-DIRECTORY...\n", argv[0]);
        exit(2);
    }
    return at;
}

int main(int argc, char **argv)
{
    struct options options = {.seconds = 2, .seed = (uint64_t)time(NULL), .longest = 8192};
    int at = parse_options(argc, argv, &options);
    struct fuzzer *fuzzer = calloc(1, sizeof(*fuzzer));
    if (!fuzzer || !(fuzzer->scratch = malloc(LONGEST_FILE)))
        return 2;
    fuzzer->random = options.seed;
    fuzzer->longest = options.longest;
    catch_crashes(argv[0]);
    for (; at < argc; at++)
        load(fuzzer, argv[at]);
    size_t files = fuzzer->count;
    if (files == 0)
        keep(fuzzer, (const uint8_t *)"", 0);
    double start = now();
    while (now() - start < options.seconds)
        mutate_and_run(fuzzer);
    alarm(0);
    printf("%s: %lu inputs in %.1f s from %zu files, %zu places reached, %zu inputs kept, seed %llu\n", argv[0],
           fuzzer->runs, now() - start, files, fuzzer->places, fuzzer->count, (unsigned long long)options.seed);
    destroy(fuzzer);
    return 0;
}
