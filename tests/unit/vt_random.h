/* Random terminal output for the tests of the embedded terminal, the same for the same seed. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct random {
    uint64_t state;
};

static inline uint32_t random_next(struct random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return (uint32_t)(random->state >> 16);
}

/* 0 … LIMIT − 1 */
static inline int random_below(struct random *random, int limit)
{
    return (int)(random_next(random) % (uint32_t)limit);
}

static inline struct random random_seed(int seed)
{
    return (struct random){0x9e3779b97f4a7c15u * (uint64_t)(seed + 1)};
}

static const char *const random_texts[] = {
    "é",
    "世界",
    "e\u0301\u0302",
    "👍🏽",
    "\u0301",
    "│─┼",
    "ﾊﾝ",
    "क्षि",
    "\xff",
    "\xc2\x9b",
    "a\u0300\u0301\u0302\u0303\u0304\u0305",
    "\t",
    "\r",
    "\n",
    "\b",
    "\x0e",
    "\x0f",
    "x\x1b[5b",
    "\x1b[3b",
    "世\x1b[2b",
};

static const char *const random_escapes[] = {
    "\x1b[H",
    "\x1b[2J",
    "\x1b[3J",
    "\x1b[K",
    "\x1b[1K",
    "\x1b[?1049h",
    "\x1b[?1049l",
    "\x1b[?47h",
    "\x1b[?47l",
    "\x1b[r",
    "\x1b[2;4r",
    "\x1b[5;10r",
    "\x1b[?6h",
    "\x1b[?6l",
    "\x1b[?7l",
    "\x1b[?7h",
    "\x1b[4h",
    "\x1b[4l",
    "\x1b[20h",
    "\x1b[20l",
    "\x1b[?69h\x1b[3;9s",
    "\x1b[?69l",
    "\x1b[s",
    "\x1b[u",
    "\x1b\x37",
    "\x1b\x38",
    "\x1b"
    "c",
    "\x1b#8",
    "\x1b#3",
    "\x1b#6",
    "\x1b(0",
    "\x1b(B",
    "\x1bM",
    "\x1b"
    "D",
    "\x1b"
    "E",
    "\x1bH",
    "\x1b[g",
    "\x1b[3g",
    "\x1b[?5h",
    "\x1b[?5l",
    "\x1b[!p",
    "\x1b[1\"q",
    "\x1b[0\"q",
    "\x1b[?25l",
    "\x1b[?25h",
    "\x1b[m",
    "\x1b[31;1m",
    "\x1b[38:2::1:2:3m",
    "\x1b[48;5;200m",
    "\x1b[7m",
    "\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]52;c;AAAA\x1b\\",
    "\x1bP$qm\x1b\\",
    "\x1b_apc\x1b\\",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[?1000;1006h",
    "\x1b[?1000l",
    "\x1b[99b",
    "\x1b[8m",
    "\x1b[28m",
    "\x1b[;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;m",
    "\x1b[999999999999999999;7H",
    "\x1b[9999C",
    "\x1b[9999B",
    "\x1bN",
    "\x1bO",
    "\x1bn",
    "\x1b G",
    "\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22m",
};

/* Appends to OUT, which has room for 64 bytes more than was written; gives how many. */
static inline size_t random_output(struct random *random, char *out)
{
    static const char finals[] = "@ABCDEFGHIJKLMPSTXZ`abdefghlmnrst";
    int kind = random_below(random, 10);
    if (kind < 3) {
        size_t length = 1 + (size_t)random_below(random, 30);
        for (size_t i = 0; i < length; i++)
            out[i] = (char)(' ' + random_below(random, 95));
        return length;
    }
    if (kind < 5) {
        const char *text = random_texts[random_below(random, sizeof random_texts / sizeof random_texts[0])];
        return strlen(strcpy(out, text));
    }
    if (kind < 7) {
        const char *text = random_escapes[random_below(random, sizeof random_escapes / sizeof random_escapes[0])];
        size_t length = strlen(text) > 63 ? 63 : strlen(text);
        memcpy(out, text, length);
        return length;
    }
    if (kind < 9)
        return (size_t)sprintf(out, "\x1b[%d;%d%c", random_below(random, 50), random_below(random, 130),
                               finals[random_below(random, sizeof finals - 1)]);
    size_t length = 1 + (size_t)random_below(random, 20);
    for (size_t i = 0; i < length; i++)
        out[i] = (char)random_next(random);
    return length;
}
