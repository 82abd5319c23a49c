#include "model.h"

#include "model_tree.h"
#include "protocol/arena.h"
#include "xalloc.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LINES_MAX 10000

struct model *model_create(void)
{
    struct model *model = xcalloc(1, sizeof *model);
    model->changes = model_changes_create();
    model->rows = model_rows_create();
    model->filters[MODEL_FILTER_UNCAUGHT].on = true;
    model->chain_shown = MODEL_NO_EXCEPTION;
    return model;
}

static void finish_frames(struct model_frame *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(frames[i].name);
        free(frames[i].path);
        free(frames[i].label);
        free(frames[i].class_name);
        free(frames[i].listed_file);
    }
}

void model_frames_free(struct model_frame *frames, size_t count)
{
    finish_frames(frames, count);
    free(frames);
}

static void frames_clear(struct model *model)
{
    finish_frames(model->frames, model->frame_count);
    model->frame_count = 0;
}

void model_learn_label(struct model *model, const char *path, const char *label)
{
    struct model_label *known = NULL;
    for (size_t i = 0; i < model->label_count && !known; i++)
        known = strcmp(model->labels[i].path, path) == 0 ? &model->labels[i] : NULL;
    if (!known) {
        xgrow(&model->labels, &model->label_capacity, model->label_count + 1, sizeof *model->labels);
        known = &model->labels[model->label_count++];
        *known = (struct model_label){.path = xstrdup(path)};
    }
    free(known->label);
    known->label = xstrdup(label);
}

const char *model_file_label(const struct model *model, const char *path)
{
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < model->label_count; i++)
        if (strcmp(model->labels[i].path, path) == 0)
            return model->labels[i].label;
    return slash && slash[1] ? slash + 1 : path;
}

void model_frame_place(const struct model_frame *frame, char *buffer, size_t size)
{
    const char *path = frame->listed_file ? frame->listed_file : frame->path ? frame->path : "?";
    const char *slash = strrchr(path, '/');
    snprintf(buffer, size, "%s:%d",
             frame->label        ? frame->label
             : slash && slash[1] ? slash + 1
                                 : path,
             frame->listed_file ? frame->source_line : frame->line);
}

void model_frame_title(const struct model_frame *frame, char *buffer, size_t size)
{
    const char *dot = strrchr(frame->name, '.');
    size_t length = frame->class_name ? strlen(frame->class_name) : 0;
    const char *owner = dot && (size_t)(dot - frame->name) >= length ? dot - length : NULL;
    bool said = owner && strncmp(owner, frame->class_name ? frame->class_name : "", length) == 0 &&
                (owner == frame->name || owner[-1] == '.');
    if (length == 0 || said)
        snprintf(buffer, size, "%s", frame->name);
    else
        snprintf(buffer, size, "%s [%s]", frame->name, frame->class_name);
}

struct model_exception *model_chain_add(struct model *model)
{
    xgrow(&model->chain, &model->chain_capacity, model->chain_count + 1, sizeof *model->chain);
    struct model_exception *exception = &model->chain[model->chain_count++];
    *exception = (struct model_exception){0};
    return exception;
}

void model_chain_clear(struct model *model)
{
    for (size_t i = 0; i < model->chain_count; i++) {
        free(model->chain[i].text);
        free(model->chain[i].whole);
        free(model->chain[i].relation);
    }
    model->chain_count = 0;
    model->chain_shown = MODEL_NO_EXCEPTION;
}

static void threads_clear(struct model *model)
{
    for (size_t i = 0; i < model->thread_count; i++) {
        free(model->threads[i].name);
        free(model->threads[i].state);
        free(model->threads[i].waits);
    }
    model->thread_count = 0;
}

static void breakpoint_destroy(struct model_breakpoint *breakpoint)
{
    free(breakpoint->path);
    free(breakpoint->function);
    free(breakpoint->state);
    free(breakpoint->message);
    arena_destroy(breakpoint->arena);
    free(breakpoint);
}

void model_watch_finish(struct model_watch *watch)
{
    free(watch->expression);
    free(watch->function);
    free(watch->path);
}

static void finish_line(struct model_line *line)
{
    free(line->text);
    model_variable_destroy(line->value);
}

void model_destroy(struct model *model)
{
    if (!model)
        return;
    frames_clear(model);
    threads_clear(model);
    model_chain_clear(model);
    free(model->chain);
    for (size_t i = 0; i < model->label_count; i++) {
        free(model->labels[i].path);
        free(model->labels[i].label);
    }
    free(model->labels);
    for (size_t i = 0; i < model->breakpoint_count; i++)
        breakpoint_destroy(model->breakpoints[i]);
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++) {
        free(model->filters[i].types);
        free(model->filters[i].condition);
    }
    for (size_t i = 0; i < model->code_rule_count; i++)
        free(model->code_rules[i].pattern);
    for (size_t i = 0; i < model->watch_count; i++)
        model_watch_finish(&model->watches[i]);
    free(model->watches);
    for (size_t i = 0; i < model->line_count; i++)
        finish_line(&model->lines[i]);
    model_variable_destroy(model->root);
    model_changes_destroy(model->changes);
    char *const texts[] = {model->program, model->python_version, model->reason,     model->description,
                           model->text,    model->exception,      model->thread_name};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    model_rows_destroy(model->rows);
    free(model->frames);
    free(model->threads);
    free(model->frozen);
    free(model->code_rules);
    free(model->breakpoints);
    free(model->lines);
    free(model);
}

void model_forget_program(struct model *model)
{
    char **const texts[] = {&model->python_version, &model->reason,    &model->description,
                            &model->text,           &model->exception, &model->thread_name};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        struct model_breakpoint *breakpoint = model->breakpoints[i];
        free(breakpoint->state);
        free(breakpoint->message);
        breakpoint->state = breakpoint->message = NULL;
        breakpoint->verified = false;
        breakpoint->backend_id = breakpoint->hits = 0;
    }
    frames_clear(model);
    threads_clear(model);
    model_chain_clear(model);
    model_set_root(model, NULL);
    model_changes_destroy(model->changes);
    model->changes = model_changes_create();
    model->state = MODEL_STARTING;
    model->post_mortem = model->goes_on = model->more_frames = model->variables_loading = model->exit_known =
        model->over = false;
    model->pid = model->thread_id = model->stopped_thread = 0;
    model->frozen_count = 0;
    model->selected_frame = 0;
}

const struct model_frame *model_frame_selected(const struct model *model)
{
    return model->selected_frame < model->frame_count ? &model->frames[model->selected_frame] : NULL;
}

struct model_breakpoint *model_breakpoint_at(const struct model *model, const char *path, int line)
{
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        struct model_breakpoint *breakpoint = model->breakpoints[i];
        if (breakpoint->kind == MODEL_BREAKPOINT_LINE && breakpoint->line == line &&
            strcmp(breakpoint->path, path) == 0)
            return breakpoint;
    }
    return NULL;
}

struct model_breakpoint *model_breakpoint_at_column(const struct model *model, const char *path, int line, int column)
{
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        struct model_breakpoint *breakpoint = model->breakpoints[i];
        if (breakpoint->kind == MODEL_BREAKPOINT_LINE && breakpoint->line == line && breakpoint->column == column &&
            strcmp(breakpoint->path, path) == 0)
            return breakpoint;
    }
    return NULL;
}

struct model_breakpoint *model_breakpoint_find(const struct model *model, int id)
{
    for (size_t i = 0; i < model->breakpoint_count; i++)
        if (model->breakpoints[i]->id == id)
            return model->breakpoints[i];
    return NULL;
}

struct model_breakpoint *model_breakpoint_add(struct model *model, enum model_breakpoint_kind kind)
{
    struct model_breakpoint *breakpoint = xcalloc(1, sizeof *breakpoint);
    breakpoint->kind = kind;
    breakpoint->id = ++model->last_breakpoint_id;
    xgrow(&model->breakpoints, &model->breakpoint_capacity, model->breakpoint_count + 1, sizeof *model->breakpoints);
    model->breakpoints[model->breakpoint_count++] = breakpoint;
    model->generation++;
    return breakpoint;
}

void model_breakpoint_remove(struct model *model, struct model_breakpoint *breakpoint)
{
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        if (model->breakpoints[i] != breakpoint)
            continue;
        memmove(&model->breakpoints[i], &model->breakpoints[i + 1],
                (--model->breakpoint_count - i) * sizeof *model->breakpoints);
        breakpoint_destroy(breakpoint);
        model->generation++;
        return;
    }
}

struct model_frame *model_frame_add(struct model *model)
{
    xgrow(&model->frames, &model->frame_capacity, model->frame_count + 1, sizeof *model->frames);
    struct model_frame *frame = &model->frames[model->frame_count++];
    *frame = (struct model_frame){0};
    model->generation++;
    return frame;
}

void model_frames_extend(struct model *model, size_t count)
{
    while (model->frame_count < count)
        model_frame_add(model)->missing = true;
}

struct model_frame *model_frame_put(struct model *model, size_t index)
{
    model_frames_extend(model, index + 1);
    struct model_frame *frame = &model->frames[index];
    finish_frames(frame, 1);
    *frame = (struct model_frame){0};
    model->frames_filled++;
    model->generation++;
    return frame;
}

void model_frames_clear(struct model *model)
{
    frames_clear(model);
    model->selected_frame = 0;
    model->more_frames = false;
    model->generation++;
}

void model_threads_clear(struct model *model)
{
    threads_clear(model);
    model->generation++;
}

struct model_thread *model_thread_add(struct model *model)
{
    xgrow(&model->threads, &model->thread_capacity, model->thread_count + 1, sizeof *model->threads);
    struct model_thread *thread = &model->threads[model->thread_count++];
    *thread = (struct model_thread){0};
    model->generation++;
    return thread;
}

void model_frozen_clear(struct model *model)
{
    model->frozen_count = 0;
    model->generation++;
}

void model_frozen_add(struct model *model, int64_t thread)
{
    xgrow(&model->frozen, &model->frozen_capacity, model->frozen_count + 1, sizeof *model->frozen);
    model->frozen[model->frozen_count++] = thread;
    model->generation++;
}

void model_frozen_remove(struct model *model, int64_t thread)
{
    for (size_t i = 0; i < model->frozen_count; i++) {
        if (model->frozen[i] != thread)
            continue;
        model->frozen[i] = model->frozen[--model->frozen_count];
        model->generation++;
        return;
    }
}

bool model_is_frozen(const struct model *model, int64_t thread)
{
    for (size_t i = 0; i < model->frozen_count; i++)
        if (model->frozen[i] == thread)
            return true;
    return false;
}

void model_clear_lines(struct model *model)
{
    for (size_t i = 0; i < model->line_count; i++)
        finish_line(&model->lines[i]);
    model->line_count = 0;
    model->generation++;
}

bool model_line_lasts(const struct model *model, const struct model_line *line)
{
    return model->state == MODEL_STOPPED && line->stop == model->stops;
}

void model_add_line(struct model *model, enum model_line_kind kind, const char *text)
{
    if (model->line_count >= LINES_MAX) { /* drop a tenth, so that it is rare */
        size_t drop = LINES_MAX / 10;
        for (size_t i = 0; i < drop; i++)
            finish_line(&model->lines[i]);
        model->line_count -= drop;
        memmove(model->lines, model->lines + drop, model->line_count * sizeof *model->lines);
    }
    xgrow(&model->lines, &model->line_capacity, model->line_count + 1, sizeof *model->lines);
    model->lines[model->line_count++] =
        (struct model_line){.kind = kind, .text = xstrdup(text), .id = ++model->last_line_id};
    model->generation++;
}

const char *const model_filter_names[MODEL_FILTER_COUNT] = {
    [MODEL_FILTER_RAISED] = "raised",      [MODEL_FILTER_USER_UNHANDLED] = "userUnhandled",
    [MODEL_FILTER_UNCAUGHT] = "uncaught",  [MODEL_FILTER_UNRAISABLE] = "unraisable",
    [MODEL_FILTER_TASK] = "taskException",
};

static bool filter_is_changed(const struct model *model, size_t kind)
{
    const struct model_filter *filter = &model->filters[kind];
    return filter->on != (kind == MODEL_FILTER_UNCAUGHT) || (filter->on && (filter->types || filter->condition));
}

size_t model_filter_rows(const struct model *model)
{
    size_t count = 0;
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++)
        count += filter_is_changed(model, i);
    return count;
}

enum model_filter_kind model_filter_row(const struct model *model, size_t index)
{
    size_t kind = 0;
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++)
        if (filter_is_changed(model, i) && index-- == 0)
            kind = i;
    return (enum model_filter_kind)kind;
}

void model_describe_filter(const struct model *model, enum model_filter_kind kind, char *buffer, size_t size)
{
    const struct model_filter *filter = &model->filters[kind];
    const char *detail = !filter->on ? "off" : filter->types ? filter->types : "";
    const char *condition = filter->on && filter->condition ? filter->condition : "";
    snprintf(buffer, size, "%s%s%s%s%s%s", model_filter_names[kind], kind == MODEL_FILTER_TASK ? "s" : " exceptions",
             *detail ? "   " : "", detail, *condition ? "   if " : "", condition);
}

static void describe_exit(int status, char *buffer, size_t size)
{
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        if (name)
            snprintf(buffer, size, "killed by SIG%s%s", name, WCOREDUMP(status) ? " (core dumped)" : "");
        else
            snprintf(buffer, size, "killed by signal %d", WTERMSIG(status));
    } else {
        snprintf(buffer, size, "exited with status %d", WEXITSTATUS(status));
    }
}

void model_describe_state(const struct model *model, char *buffer, size_t size)
{
    const char *text = model->text;
    int first = text ? (int)strcspn(text, "\n") : 0; /* of its lines */
    switch (model->state) {
    case MODEL_STARTING:
        snprintf(buffer, size, "starting");
        break;
    case MODEL_RUNNING:
        snprintf(buffer, size, "%s", model->blocked ? "in C code; stops at the next line" : "running");
        break;
    case MODEL_STOPPED:
        if (model->chain_shown > 0 && (size_t)model->chain_shown < model->chain_count)
            snprintf(buffer, size, "exception %d of the chain: %s", model->chain_shown + 1,
                     model->chain[model->chain_shown].text);
        else if (model->post_mortem)
            snprintf(buffer, size, "post-mortem: %.*s", text ? first : INT_MAX, text ? text : "uncaught exception");
        else if (text)
            snprintf(buffer, size, "stopped: %s: %.*s", model->reason ? model->reason : "?", first, text);
        else
            snprintf(buffer, size, "stopped: %s", model->reason ? model->reason : "?");
        break;
    case MODEL_ENDED:
        if (model->exit_known)
            describe_exit(model->exit_status, buffer, size);
        else
            snprintf(buffer, size, "ended");
        break;
    case MODEL_LOST:
        snprintf(buffer, size, "%s", model->over ? "debugging is over" : "connection lost");
        break;
    }
}

const struct model_variable *model_local(const struct model *model, const char *name, size_t length)
{
    const struct model_variable *scope = NULL;
    for (size_t i = 0; model->root && i < model->root->count && !scope; i++) {
        const struct model_variable *row = model->root->children[i];
        if (row->scope && (strcmp(row->name, "Locals") == 0 || strcmp(row->name, "Globals") == 0))
            scope = row;
    }
    for (size_t i = 0; scope && i < scope->count; i++)
        if (strncmp(scope->children[i]->name, name, length) == 0 && scope->children[i]->name[length] == '\0')
            return scope->children[i];
    return NULL;
}
