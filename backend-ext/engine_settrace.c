/* The engine for CPython 3.11, where sys.monitoring does not exist (engine.h says what an engine owes).
 *
 * A PEP 523 frame evaluation hook (engine_frame_hook.c) sees every frame begin. It marks code that is armed
 * or watched and lets a C trace function run for frames of that code only; all other frames run untraced. */
