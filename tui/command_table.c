/* THE table. Its order is that of the help screen and of the hints in the status line. */
#include "command.h"

#include "command_run.h"
#include "pane_commands.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
const struct command commands[] = {
    {"help", "h", "? F1", SCOPE_GLOBAL, NULL, "Show all keys and commands", "help", .run = command_help},

    {"step-over", "n next", "n F10", SCOPE_GLOBAL, NULL, "Run to the next line, over calls", "next",
     .everywhere = true, .run = command_step_over},
    {"step-into", "s step", "s F11", SCOPE_GLOBAL, NULL, "Run to the next line, into calls", "into",
     .everywhere = true, .run = command_step_into},
    {"finish", "r return f", "f r Shift-F11", SCOPE_GLOBAL, NULL, "Run until the function returns", "out",
     .everywhere = true, .run = command_finish},
    {"continue", "c cont", "c F5", SCOPE_GLOBAL, NULL, "Run to the next breakpoint", "continue",
     .everywhere = true, .run = command_continue},
    {"just-my-code", "jmc", "M", SCOPE_GLOBAL, "[on|off|user PATTERN|library PATTERN]",
     "Steps leave out libraries, or not; say what is yours", NULL, .run = command_just_my_code},
    {"run-to", "until unt", "", SCOPE_GLOBAL, "[FILE:]LINE", "Run to a line", NULL, .run = command_run_to},
    {"pause", "interrupt", "Ctrl-c", SCOPE_GLOBAL, NULL, "Stop the running program; at a stop, interrupt an evaluation",
     NULL, .everywhere = true, .run = command_pause},
    {"terminate", "kill", "", SCOPE_GLOBAL, NULL, "End the program as Ctrl-C would", NULL, .run = command_terminate},
    {"resume", NULL, "", SCOPE_GLOBAL, NULL, "Let a program go on that a signal suspended (SIGCONT)", NULL,
     .run = command_resume},
    {"quit", "q exit", "q", SCOPE_GLOBAL, NULL, "Leave; asks while the program runs", "quit", .run = command_quit},

    {"frame-up", "u up", "u", SCOPE_GLOBAL, "[COUNT]", "Select the caller's frame", NULL, .run = command_frame_up},
    {"frame-down", "d down", "d", SCOPE_GLOBAL, "[COUNT]", "Select the called frame", NULL, .run = command_frame_down},
    {"show-current", "l list ll", "H", SCOPE_GLOBAL, NULL, "Back to the newest frame and its line", NULL,
     .run = command_show_current},
    {"where", "w bt", "", SCOPE_GLOBAL, NULL, "Write the stack to the console", NULL, .run = command_where},
    {"threads", NULL, "", SCOPE_GLOBAL, NULL, "Write the threads to the console", NULL, .run = command_threads},

    {"focus-source", NULL, "C", SCOPE_GLOBAL, NULL, "Go to Source", NULL, .run = command_focus_source},
    {"focus-variables", NULL, "V", SCOPE_GLOBAL, NULL, "Go to Variables", NULL, .run = command_focus_variables},
    {"focus-stack", NULL, "S", SCOPE_GLOBAL, NULL, "Go to Stack", NULL, .run = command_focus_stack},
    {"focus-breakpoints", NULL, "B", SCOPE_GLOBAL, NULL, "Go to Breakpoints", NULL, .run = command_focus_breakpoints},
    {"focus-terminal", NULL, "T", SCOPE_GLOBAL, NULL, "Go to the program's terminal: keys go to the program", NULL,
     .run = command_focus_terminal},
    {"toggle-console", NULL, "Ctrl-x !", SCOPE_GLOBAL, NULL, "Go to the console and back", NULL,
     .everywhere = true, .run = command_toggle_console},
    {"focus-next", NULL, "Tab", SCOPE_GLOBAL, NULL, "Go to the next pane", NULL, .run = command_focus_next},
    {"focus-previous", NULL, "Shift-Tab", SCOPE_GLOBAL, NULL, "Go to the pane before", NULL,
     .run = command_focus_previous},
    {"zoom-terminal", NULL, "o", SCOPE_GLOBAL, NULL, "Give the program's terminal the whole screen, and back", NULL,
     .run = command_zoom_terminal},

    {"command-line", NULL, ":", SCOPE_GLOBAL, NULL, "Open the prompt for commands and Python", NULL,
     .run = command_line},
    {"evaluate", "eval", "", SCOPE_GLOBAL, "PYTHON", "Run Python in the selected frame", NULL,
     .run = command_evaluate},
    {"print", "p", "", SCOPE_GLOBAL, "EXPRESSION", "Print a value to the console", NULL, .run = command_print},
    {"pretty-print", "pp", "", SCOPE_GLOBAL, "EXPRESSION", "Print a value over several lines", NULL,
     .run = command_pretty},
    {"set", NULL, "", SCOPE_GLOBAL, "NAME = VALUE", "Assign in the selected frame", NULL, .run = command_set},

    {"break", "b", "", SCOPE_GLOBAL, "[FILE:]LINE|FUNCTION[, CONDITION]", "Set a breakpoint", NULL,
     .run = command_break},
    {"tbreak", NULL, "", SCOPE_GLOBAL, "[FILE:]LINE|FUNCTION[, CONDITION]", "Set a breakpoint for one stop", NULL,
     .run = command_tbreak},
    {"clear", "cl delete", "", SCOPE_GLOBAL, "[FILE:]LINE|NUMBER|all", "Remove breakpoints", NULL,
     .run = command_clear},
    {"condition", NULL, "", SCOPE_GLOBAL, "NUMBER [EXPRESSION]", "Change or remove a breakpoint's condition", NULL,
     .run = command_condition},
    {"break-thread", NULL, "", SCOPE_GLOBAL, "NUMBER [THREAD]", "Keep a breakpoint to a thread, by id or name",
     NULL, .run = command_break_thread},
    {"break-after", NULL, "", SCOPE_GLOBAL, "NUMBER [OTHER]", "Make a breakpoint wait until another one acted",
     NULL, .run = command_break_after},
    {"log-limit", NULL, "", SCOPE_GLOBAL, "NUMBER [COUNT]", "Log messages a second (0: all; default 50)", NULL,
     .run = command_log_limit},
    {"enable", NULL, "", SCOPE_GLOBAL, "NUMBER", "Switch a breakpoint on", NULL, .run = command_enable},
    {"disable", NULL, "", SCOPE_GLOBAL, "NUMBER", "Switch a breakpoint off", NULL, .run = command_disable},
    {"catch", "exceptions", "", SCOPE_GLOBAL, "[raised|userUnhandled|uncaught|unraisable|taskException|none] [TYPE…]",
     "Stop at exceptions or not; without argument, tell which", NULL, .run = command_catch},

    {"sidebar-wider", NULL, "+", SCOPE_GLOBAL, NULL, "Widen the sidebar", NULL, .run = command_sidebar_wider},
    {"sidebar-narrower", NULL, "-", SCOPE_GLOBAL, NULL, "Narrow the sidebar", NULL, .run = command_sidebar_narrower},
    {"slot-higher", NULL, "]", SCOPE_GLOBAL, NULL, "Give terminal and console more rows", NULL,
     .run = command_slot_higher},
    {"slot-lower", NULL, "[", SCOPE_GLOBAL, NULL, "Give terminal and console fewer rows", NULL,
     .run = command_slot_lower},
    {"theme", NULL, "", SCOPE_GLOBAL, "NAME", "Change the colours", NULL, .run = command_theme},
    {"redraw", NULL, "Ctrl-l", SCOPE_GLOBAL, NULL, "Paint the screen anew", NULL, .everywhere = true,
     .run = command_redraw},
    {"suspend", NULL, "Ctrl-z", SCOPE_GLOBAL, NULL, "Back to the shell; fg returns", NULL, .everywhere = true,
     .run = command_suspend},

    {"toggle-breakpoint", NULL, "b", SCOPE_SOURCE, NULL, "Set or remove a breakpoint at the cursor", "breakpoint",
     .run = command_toggle_breakpoint},
    {"run-to-cursor", NULL, "t", SCOPE_SOURCE, NULL, "Run to the cursor's line", NULL, .run = command_run_to},
    {"search", NULL, "/", SCOPE_SOURCE, "[TEXT]", "Search in the source", NULL, .run = command_search},
    {"search-next", NULL, ".", SCOPE_SOURCE, NULL, "Go to the next hit", NULL, .run = command_search_next},
    {"search-previous", NULL, ",", SCOPE_SOURCE, NULL, "Go to the hit before", NULL, .run = command_search_previous},
    {"go-to-line", NULL, "L", SCOPE_SOURCE, "[LINE]", "Go to a line", NULL, .run = command_go_to_line},
    {"reload-source", NULL, "Ctrl-r", SCOPE_SOURCE, NULL, "Read the file anew", NULL, .run = pane_source_reload},

    {"expand", NULL, "l Right", SCOPE_VARIABLES, NULL, "Expand the value", NULL, .run = pane_variables_expand},
    {"collapse", NULL, "h Left", SCOPE_VARIABLES, NULL, "Collapse the value, or go to what holds it", NULL,
     .run = pane_variables_collapse},
    {"toggle-expand", NULL, "Enter Space \\", SCOPE_VARIABLES, NULL, "Expand or collapse the value", "expand",
     .run = pane_variables_toggle},
    {"edit-variable", NULL, "e", SCOPE_VARIABLES, NULL, "Assign to the variable", "edit", .run = pane_variables_edit},

    {"edit-breakpoint", NULL, "Enter e", SCOPE_BREAKPOINTS, NULL, "Edit the breakpoint", "edit",
     .run = pane_breakpoints_edit},
    {"delete-breakpoint", NULL, "d Delete", SCOPE_BREAKPOINTS, NULL, "Remove the breakpoint", "delete",
     .run = pane_breakpoints_delete},
    {"enable-breakpoint", NULL, "b Space", SCOPE_BREAKPOINTS, NULL, "Switch the breakpoint on or off", "on/off",
     .run = pane_breakpoints_toggle_enabled},
    {"undelete-breakpoint", NULL, "U", SCOPE_BREAKPOINTS, NULL, "Bring the breakpoint removed last back", NULL,
     .run = pane_breakpoints_undelete},
    {"show-breakpoint", NULL, "o", SCOPE_BREAKPOINTS, NULL, "Show the breakpoint's source", "show",
     .run = pane_breakpoints_show},

    {"leave-terminal", NULL, "Ctrl-]", SCOPE_TERMINAL, NULL, "Back to Source; all other keys go to the program",
     "leave", .run = command_leave_terminal},
};
/* clang-format on */

const size_t command_count = COUNT(commands);
