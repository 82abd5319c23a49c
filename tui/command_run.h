/* What the rows of the command table run. ARGUMENT is "" when there is none; errors go to the message line. */
#pragma once

#include <stdbool.h>

#include <stddef.h>

struct app;

/* command_move.c: moving the program */
void command_step_over(struct app *app, const char *argument);
void command_step_into(struct app *app, const char *argument);
void command_finish(struct app *app, const char *argument);
void command_continue(struct app *app, const char *argument);
void command_run_to(struct app *app, const char *argument);
void command_stacks(struct app *app, const char *argument);
void command_modules(struct app *app, const char *argument);
void command_pause(struct app *app, const char *argument);
void command_resume(struct app *app, const char *argument);
void command_terminate(struct app *app, const char *argument);
void command_step_into_target(struct app *app, const char *argument);
struct session_target;
/* Let the user choose which of these calls to step into. */
void command_choose_target(struct app *app, const struct session_target *list, size_t count);
void command_until(struct app *app, const char *argument);
void command_jump(struct app *app, const char *argument);

/* command_run.c: looking, the screen */
void command_frame_up(struct app *app, const char *argument);
void command_frame_down(struct app *app, const char *argument);
void command_show_current(struct app *app, const char *argument);
void command_go_to_line(struct app *app, const char *argument);
void command_search(struct app *app, const char *argument);
void command_search_next(struct app *app, const char *argument);
void command_search_previous(struct app *app, const char *argument);
void command_focus_source(struct app *app, const char *argument);
void command_focus_variables(struct app *app, const char *argument);
void command_focus_stack(struct app *app, const char *argument);
void command_focus_breakpoints(struct app *app, const char *argument);
void command_focus_terminal(struct app *app, const char *argument);
void command_focus_next(struct app *app, const char *argument);
void command_focus_previous(struct app *app, const char *argument);
void command_leave_terminal(struct app *app, const char *argument);
void command_toggle_console(struct app *app, const char *argument);
void command_help(struct app *app, const char *argument);
void command_redraw(struct app *app, const char *argument);
void command_suspend(struct app *app, const char *argument);
void command_detach(struct app *app, const char *argument);
void command_quit(struct app *app, const char *argument);
void command_restart(struct app *app, const char *argument);
void command_line(struct app *app, const char *argument);

/* command_break.c: breakpoints by location or number */
void command_toggle_breakpoint(struct app *app, const char *argument);
void command_cycle_breakpoint(struct app *app, const char *argument);
void command_break(struct app *app, const char *argument);
void command_tbreak(struct app *app, const char *argument);
void command_clear(struct app *app, const char *argument);
void command_break_statement(struct app *app, const char *argument);
void command_break_thread(struct app *app, const char *argument);
void command_break_after(struct app *app, const char *argument);
void command_log_limit(struct app *app, const char *argument);
void command_condition(struct app *app, const char *argument);
void command_enable(struct app *app, const char *argument);
void command_disable(struct app *app, const char *argument);
void command_ignore(struct app *app, const char *argument);
void command_commands(struct app *app, const char *argument);
void command_catch(struct app *app, const char *argument);
void command_just_my_code(struct app *app, const char *argument);

/* command_exceptions.c: the viewer, the chain */
void command_exception(struct app *app, const char *argument);
void command_exceptions(struct app *app, const char *argument);

/* command_inspect.c: Python in the selected frame */
void command_evaluate(struct app *app, const char *argument);
void command_print(struct app *app, const char *argument);
void command_pretty(struct app *app, const char *argument);
void command_set(struct app *app, const char *argument);
void command_where(struct app *app, const char *argument);

/* Tells the result of Python, in the message line where it fits; a session_result_handler, DATA is the app. */
struct session;
void command_result(struct session *session, bool ok, const char *result, void *data);

/* command_list.c: pdb's ways to look */
void command_list(struct app *app, const char *argument);
void command_longlist(struct app *app, const char *argument);
void command_args(struct app *app, const char *argument);
void command_retval(struct app *app, const char *argument);
void command_whatis(struct app *app, const char *argument);
void command_source(struct app *app, const char *argument);
void command_interact(struct app *app, const char *argument);
void command_debug(struct app *app, const char *argument);

/* command_shell.c: shells in the program's terminal */
void command_shell(struct app *app, const char *argument);

/* command_display.c: expressions written at each stop */
void command_display(struct app *app, const char *argument);
void command_undisplay(struct app *app, const char *argument);

/* command_script.c: aliases */
void command_alias(struct app *app, const char *argument);
void command_unalias(struct app *app, const char *argument);

/* command_threads.c: which thread is looked at, which may run */
void command_threads(struct app *app, const char *argument);
void command_freeze(struct app *app, const char *argument);
void command_thaw(struct app *app, const char *argument);
void command_single(struct app *app, const char *argument);

/* command_layout.c: where panes stand, and how large */
void command_zoom(struct app *app, const char *argument);
void command_zoom_terminal(struct app *app, const char *argument);
void command_layout(struct app *app, const char *argument);
void command_sidebar(struct app *app, const char *argument);
void command_sidebar_wider(struct app *app, const char *argument);
void command_sidebar_narrower(struct app *app, const char *argument);
void command_sidebar_widest(struct app *app, const char *argument);
void command_sidebar_narrowest(struct app *app, const char *argument);
void command_higher(struct app *app, const char *argument);
void command_lower(struct app *app, const char *argument);

/* command_open.c: sources that no frame leads to */
void command_browse(struct app *app, const char *argument);
void command_browse_end(struct app *app); /* stop looking for modules, if that goes on */
void command_open(struct app *app, const char *argument);
