/* The text of the built-in theme, in the form of a theme file. */
#pragma once

extern const char theme_default_text[];
