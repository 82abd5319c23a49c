/* Expressions that are written again at each stop in their function when they changed. */
#pragma once

struct app;
struct display_list;

void display_list_destroy(struct display_list *list); /* NULL is fine */
/* A stop: evaluate those of its function. */
void display_stopped(struct app *app);
