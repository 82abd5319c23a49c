/* The user's own editor, on the file that is looked at. */
#pragma once

#include <stddef.h>

struct app;

/* Open the file of Source at the cursor, in Stack that of the frame under the cursor, in $VISUAL, $EDITOR or vi. */
void command_edit_source(struct app *app, const char *argument);

/* How EDITOR (a command with its options) is told where to go: "+12" and the file, or "file:12". Into PLACE what stands
 * before the file ("" for nothing), into FILE the file's argument. Pure. */
void editor_place(const char *editor, const char *path, int line, char *place, size_t place_size, char *file,
                  size_t file_size);
