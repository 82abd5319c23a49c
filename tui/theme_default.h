/* The text of the built-in theme, in the form of a theme file. */
#pragma once

/* Parts, ended by NULL; each begins outside any section. */
extern const char *const theme_default_parts[];
