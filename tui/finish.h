/* What follows the program's end: nothing, a question, or leaving, as the setting `finish` says. */
#pragma once

struct app;

/* The program has ended and app->exit_status is known. */
void finish_program_ended(struct app *app);
