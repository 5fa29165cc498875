/* emit.c - one function: instructions, labels, registers, effect sites and wait points.
 *
 * It follows the types of the registers exactly as the verifier will (differing registers are
 * unset behind a join), so that what it hands over verifies. Nothing is emitted behind a
 * terminal instruction: unreachable code is refused (V21). Faults such as too many registers are
 * noted once and left to the caller to report; until then emitting goes on with nonsense that is
 * never used. Not here: what a step or an expression means. */
#include "lower/emit.h"

#include <string.h>

static EscEmitRoom *take_room(EscBuild *build)
{
    uint32_t at = 0;
    while (at < ESC_BUILD_ROOMS_MAX && build->rooms[at].is_taken)
        at++;
    ESC_ASSERT(at < ESC_BUILD_ROOMS_MAX);
    build->rooms[at].is_taken = true;
    return &build->rooms[at];
}

static void begin(EscEmit *emit, EscBuild *build, EscFunction kind)
{
    memset(emit, 0, sizeof *emit);
    emit->room = take_room(build);
    emit->build = build;
    emit->function = esc_build_function_begin(build);
    emit->row.kind = kind;
    emit->at_function = ESC_NONE;
    emit->is_reachable = true;
}

void esc_emit_begin(EscEmit *emit, EscBuild *build, EscFunction kind, uint32_t template_index)
{
    begin(emit, build, kind);
    emit->row.template = template_index == ESC_NONE ? 0 : template_index + 1;
}

void esc_emit_begin_at_wait(EscEmit *emit, const EscEmit *parent, EscFunction kind)
{
    ESC_ASSERT(parent->is_reachable);
    begin(emit, parent->build, kind);
    emit->row.template = parent->row.template;
    emit->at_function = parent->function;
    emit->at_wait = (uint32_t)parent->waits_count;
    emit->now = parent->now;
    emit->next = parent->next;
    emit->origin = parent->origin;
}

/* A copy as long as it must be: most functions are short, and there are many. */
static const void *keep(EscEmit *emit, const void *items, size_t count, size_t item_size)
{
    void *kept = esc_arena_alloc_array(emit->build->arena, count, item_size);
    if (kept == NULL && emit->build->status == ESC_OK)
        emit->build->status = ESC_NO_MEMORY;
    if (kept != NULL && count > 0)
        memcpy(kept, items, count * item_size);
    return kept;
}

uint32_t esc_emit_finish(EscEmit *emit)
{
    EscEmitRoom *room = emit->room;
    ESC_ASSERT(!emit->is_reachable || emit->fault != ESC_EMIT_FINE ||
               emit->build->status != ESC_OK);
    EscBuildFunction made = {
        .row = emit->row,
        .code = keep(emit, room->code, emit->code_count, sizeof *room->code),
        .effects = keep(emit, room->effects, emit->effects_count, sizeof *room->effects),
        .waits = keep(emit, room->waits, emit->waits_count, sizeof *room->waits),
        .spans = keep(emit, room->spans, emit->spans_count, sizeof *room->spans),
        .code_count = (uint32_t)emit->code_count,
        .effects_count = (uint32_t)emit->effects_count,
        .waits_count = (uint32_t)emit->waits_count,
        .spans_count = (uint32_t)emit->spans_count,
        .at_function = emit->at_function,
        .at_wait = emit->at_wait};
    esc_build_function_finish(emit->build, emit->function, made);
    room->is_taken = false;
    return emit->function;
}

static void note_fault(EscEmit *emit, EscEmitFault fault)
{
    if (emit->fault == ESC_EMIT_FINE)
        emit->fault = fault;
}

/* Makes room for one more item. False: no memory, noted in the builder. */
static bool grow(EscEmit *emit, void **items, size_t count, size_t *capacity, size_t item_size)
{
    *items = esc_build_grow(emit->build, *items, count, capacity, item_size);
    return emit->build->status == ESC_OK;
}

/* --- registers -------------------------------------------------------------------------------- */

EscRegister esc_emit_take(EscEmit *emit)
{
    if (emit->next >= ESC_REGISTERS_MAX) {
        note_fault(emit, ESC_EMIT_REGISTERS);
        return 0;
    }
    return (EscRegister)emit->next++;
}

static void write_register(EscEmit *emit, EscRegister at, EscType type)
{
    if (at >= ESC_REGISTERS_MAX) { /* the one behind the last: nothing was free */
        note_fault(emit, ESC_EMIT_REGISTERS);
        return;
    }
    emit->now.types[at] = type;
    emit->now.written |= UINT32_C(1) << at;
}

EscRegister esc_emit_take_entry(EscEmit *emit, EscType type)
{
    EscRegister at = esc_emit_take(emit);
    write_register(emit, at, type);
    return at;
}

void esc_emit_drop_to(EscEmit *emit, uint32_t mark)
{
    ESC_ASSERT(mark <= emit->next || emit->fault != ESC_EMIT_FINE);
    if (mark < emit->next)
        emit->next = mark;
}

EscType esc_emit_type(const EscEmit *emit, EscRegister at)
{
    return at < ESC_REGISTERS_MAX ? emit->now.types[at] : 0; /* 0 only after a fault */
}

/* What holds where two paths meet. */
static void join_registers(EscRegisters *to, const EscRegisters *from)
{
    for (uint32_t i = 0; i < ESC_REGISTERS_MAX; i++)
        if (to->types[i] != from->types[i])
            to->types[i] = 0;
    to->written |= from->written;
}

/* --- instructions ----------------------------------------------------------------------------- */

static bool same_origin(EscOrigin a, EscOrigin b)
{
    return a.file == b.file && a.line == b.line && a.column == b.column;
}

static void note_origin(EscEmit *emit)
{
    if (emit->origin.line == 0)
        return;
    EscEmitRoom *room = emit->room;
    /* A jump that was taken back leaves its place behind. */
    while (emit->spans_count > 0 && room->spans[emit->spans_count - 1].first >= emit->code_count)
        emit->spans_count--;
    if (emit->spans_count > 0 &&
        same_origin(room->spans[emit->spans_count - 1].origin, emit->origin))
        return;
    void *items = room->spans;
    bool has_room =
        grow(emit, &items, emit->spans_count, &room->spans_capacity, sizeof *room->spans);
    room->spans = items;
    if (has_room)
        room->spans[emit->spans_count++] = (EscBuildSpan){(uint32_t)emit->code_count, emit->origin};
}

/* Appends one instruction and gives its index; false when it is dropped. */
static bool put_instr(EscEmit *emit, EscInstr instr, uint32_t *at)
{
    if (!emit->is_reachable)
        return false;
    if (emit->code_count >= ESC_FUNCTION_CODE_MAX) {
        note_fault(emit, ESC_EMIT_CODE);
        return false;
    }
    note_origin(emit);
    void *items = emit->room->code;
    bool has_room =
        grow(emit, &items, emit->code_count, &emit->room->code_capacity, sizeof *emit->room->code);
    emit->room->code = items;
    if (!has_room)
        return false;
    *at = (uint32_t)emit->code_count;
    emit->room->code[emit->code_count++] = instr;
    if ((esc_op_info[instr.op].flags & ESC_OPF_NO_NEXT) != 0)
        emit->is_reachable = false;
    return true;
}

void esc_emit_op(EscEmit *emit, EscOp op, EscRegister a, EscRegister b, uint8_t c, uint32_t imm)
{
    uint32_t at;
    put_instr(emit, (EscInstr){(uint8_t)op, a, b, c, imm}, &at);
}

void esc_emit_make(EscEmit *emit, EscOp op, EscRegister out, EscType type, EscRegister b, uint8_t c,
                   uint32_t imm)
{
    uint32_t at;
    if (put_instr(emit, (EscInstr){(uint8_t)op, out, b, c, imm}, &at))
        write_register(emit, out, type);
}

void esc_emit_const(EscEmit *emit, EscRegister out, EscType type, int64_t bits)
{
    if (!emit->is_reachable)
        return;
    EscConstRow row = {.kind = esc_type_kind(type), .detail = esc_type_enum(type), .bits = bits};
    esc_emit_make(emit, ESC_OP_CONST, out, type, 0, 0, esc_build_const(emit->build, row));
}

void esc_emit_const_number(EscEmit *emit, EscRegister out, double value)
{
    int64_t bits;
    double plain = value == 0 ? 0 : value; /* no negative zero: one constant, one encoding */
    memcpy(&bits, &plain, sizeof bits);
    esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_NUMBER), bits);
}

void esc_emit_const_text(EscEmit *emit, EscRegister out, EscText text)
{
    if (emit->is_reachable)
        esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_TEXT), esc_build_text(emit->build, text));
}

void esc_emit_move(EscEmit *emit, EscRegister out, EscRegister in)
{
    if (out != in)
        esc_emit_make(emit, ESC_OP_MOVE, out, esc_emit_type(emit, in), in, 0, 0);
}

/* --- labels ----------------------------------------------------------------------------------- */

static void reach(EscEmit *emit, EscLabel *label, uint32_t at, bool is_wait)
{
    void *items = emit->room->patches;
    bool has_room = grow(emit, &items, emit->patches_count, &emit->room->patches_capacity,
                         sizeof *emit->room->patches);
    emit->room->patches = items;
    if (!has_room)
        return;
    emit->room->patches[emit->patches_count] = (EscPatch){label->patches, at, is_wait};
    label->patches = (uint32_t)++emit->patches_count;
    if (label->is_reached)
        join_registers(&label->registers, &emit->now);
    else
        label->registers = emit->now;
    label->is_reached = true;
}

void esc_emit_jump(EscEmit *emit, EscLabel *target)
{
    uint32_t at;
    if (put_instr(emit, (EscInstr){.op = ESC_OP_JUMP}, &at))
        reach(emit, target, at, false);
}

void esc_emit_jump_if(EscEmit *emit, EscRegister truth, bool sense, EscLabel *target)
{
    uint32_t at;
    uint8_t op = sense ? ESC_OP_JUMP_IF : ESC_OP_JUMP_UNLESS;
    if (put_instr(emit, (EscInstr){.op = op, .a = truth}, &at))
        reach(emit, target, at, false);
}

void esc_emit_unwrap(EscEmit *emit, EscRegister out, EscRegister in, EscLabel *missing)
{
    uint32_t at;
    EscType type = esc_type_plain(esc_emit_type(emit, in));
    if (!put_instr(emit, (EscInstr){.op = ESC_OP_UNWRAP, .a = out, .b = in}, &at))
        return;
    reach(emit, missing, at, false); /* `out` stays as it was on that path */
    write_register(emit, out, type);
}

/* A jump to the next instruction is taken back. Nothing can have been placed behind it: control has
 * not come here since. */
static void drop_last_jump(EscEmit *emit, EscLabel *label)
{
    if (emit->is_reachable || label->patches == 0 || emit->code_count == 0)
        return;
    const EscPatch *newest = &emit->room->patches[label->patches - 1];
    bool is_last = !newest->is_wait && newest->at + 1 == emit->code_count;
    if (!is_last || emit->room->code[newest->at].op != ESC_OP_JUMP)
        return;
    label->patches = newest->next;
    emit->code_count--;
}

void esc_emit_label(EscEmit *emit, EscLabel *label)
{
    if (!label->is_reached)
        return;
    drop_last_jump(emit, label);
    for (uint32_t patch = label->patches; patch != 0; patch = emit->room->patches[patch - 1].next) {
        const EscPatch *place = &emit->room->patches[patch - 1];
        if (place->is_wait)
            emit->room->waits[place->at].timeout = (uint32_t)emit->code_count;
        else
            emit->room->code[place->at].imm = (uint32_t)emit->code_count;
    }
    if (emit->is_reachable)
        join_registers(&emit->now, &label->registers);
    else
        emit->now = label->registers;
    emit->is_reachable = true;
}

/* --- clearing --------------------------------------------------------------------------------- */

/* Clears what was written in registers from `first` on and is not in `keep`, in as few
 * instructions as runs of registers allow. */
static void clear_written(EscEmit *emit, uint32_t first, uint32_t keep)
{
    if (!emit->is_reachable)
        return;
    for (uint32_t i = first; i < ESC_REGISTERS_MAX; i++) {
        uint32_t run = i;
        while (run < ESC_REGISTERS_MAX && ((emit->now.written & ~keep) >> run & 1) != 0)
            emit->now.types[run++] = 0;
        if (run == i)
            continue;
        esc_emit_op(emit, ESC_OP_CLEAR, (EscRegister)i, (EscRegister)(run - i), 0, 0);
        i = run;
    }
    uint32_t below = first == 0 ? 0 : UINT32_MAX >> (32 - first);
    emit->now.written &= below | keep;
}

void esc_emit_clear_dead(EscEmit *emit)
{
    if (emit->next < ESC_REGISTERS_MAX)
        clear_written(emit, emit->next, 0);
}

/* --- loops ------------------------------------------------------------------------------------ */

void esc_emit_loop_begin(EscEmit *emit, EscLoop *loop, EscRegister out, EscRegister list,
                         uint8_t rounds_max)
{
    memset(loop, 0, sizeof *loop);
    if (++emit->loop_depth > ESC_LOOP_DEPTH_MAX)
        note_fault(emit, ESC_EMIT_LOOPS);
    /* Registers above the variable hold left-overs that differ between the first round and the
     * others. */
    esc_emit_clear_dead(emit);
    uint32_t at;
    EscInstr instr = {.op = ESC_OP_LOOP_BEGIN, .a = out, .b = list, .c = rounds_max};
    loop->was_reachable = put_instr(emit, instr, &at);
    if (!loop->was_reachable)
        return;
    loop->begin = at;
    reach(emit, &loop->exit, at, false);
    write_register(emit, out, ESC_TYPE(ESC_KIND_TEXT));
    loop->entry = emit->now;
    loop->mark = emit->next;
}

void esc_emit_loop_end(EscEmit *emit, EscLoop *loop)
{
    emit->loop_depth--;
    if (!loop->was_reachable)
        return;
    ESC_ASSERT(emit->is_reachable || emit->fault != ESC_EMIT_FINE);
    esc_emit_drop_to(emit, loop->mark);
    clear_written(emit, 0, loop->entry.written);
    esc_emit_op(emit, ESC_OP_LOOP_END, 0, 0, 0, loop->begin);
    esc_emit_label(emit, &loop->exit);
}

void esc_emit_rounds_begin(EscEmit *emit, EscRounds *rounds, uint32_t times)
{
    memset(rounds, 0, sizeof *rounds);
    if (++emit->loop_depth > ESC_LOOP_DEPTH_MAX)
        note_fault(emit, ESC_EMIT_LOOPS);
    esc_emit_clear_dead(emit);
    EscInstr instr = {.op = ESC_OP_ROUNDS_BEGIN, .imm = times};
    rounds->was_reachable = put_instr(emit, instr, &rounds->begin);
    rounds->entry = emit->now;
    rounds->mark = emit->next;
}

void esc_emit_rounds_clear(EscEmit *emit, const EscRounds *rounds)
{
    if (!rounds->was_reachable)
        return;
    esc_emit_drop_to(emit, rounds->mark);
    clear_written(emit, 0, rounds->entry.written);
}

void esc_emit_rounds_wait(EscEmit *emit, const EscRounds *rounds, EscWaitRow wait, EscLabel *over)
{
    EscLabel end = {0};
    emit->loop_depth--;
    if (!rounds->was_reachable)
        return;
    ESC_ASSERT(emit->is_reachable || emit->fault != ESC_EMIT_FINE);
    esc_emit_wait(emit, wait, &end);
    esc_emit_jump(emit, over);
    esc_emit_label(emit, &end);
    esc_emit_op(emit, ESC_OP_ROUNDS_END, 0, 0, 0, rounds->begin);
}

/* --- sites ------------------------------------------------------------------------------------ */

void esc_emit_effect(EscEmit *emit, EscEffectRow site, EscRegister result, EscRegister first,
                     EscEffectArgRow *args, uint32_t count)
{
    if (!emit->is_reachable)
        return;
    if (count > ESC_EFFECT_ARGS_MAX || first + count > ESC_REGISTERS_MAX) {
        note_fault(emit, count > ESC_EFFECT_ARGS_MAX ? ESC_EMIT_ARGUMENTS : ESC_EMIT_REGISTERS);
        return;
    }
    void *items = emit->room->effects;
    bool has_room = grow(emit, &items, emit->effects_count, &emit->room->effects_capacity,
                         sizeof *emit->room->effects);
    emit->room->effects = items;
    if (!has_room)
        return;
    for (uint32_t i = 0; i < count; i++) {
        args[i].type = esc_emit_type(emit, (EscRegister)(first + i));
        uint32_t row = esc_build_put_effect_args(emit->build, args[i]);
        site.args_first = i == 0 ? row : site.args_first;
    }
    site.args_count = count;
    uint8_t kind = esc_effect_info[site.kind].result;
    uint32_t at;
    EscInstr instr = {.op = ESC_OP_EMIT,
                      .a = kind == ESC_KIND_UNSET ? 0 : result,
                      .b = count == 0 ? 0 : first,
                      .c = (uint8_t)count,
                      .imm = (uint32_t)emit->effects_count};
    if (!put_instr(emit, instr, &at))
        return;
    emit->room->effects[emit->effects_count++] = site;
    if (kind != ESC_KIND_UNSET)
        write_register(emit, result, ESC_TYPE(kind));
}

void esc_emit_wait(EscEmit *emit, EscWaitRow wait, EscLabel *timeout)
{
    if (!emit->is_reachable)
        return;
    void *items = emit->room->waits;
    bool has_room = grow(emit, &items, emit->waits_count, &emit->room->waits_capacity,
                         sizeof *emit->room->waits);
    emit->room->waits = items;
    uint32_t at;
    if (!has_room ||
        !put_instr(emit, (EscInstr){.op = ESC_OP_WAIT, .imm = (uint32_t)emit->waits_count}, &at))
        return;
    wait.pc = at;
    wait.timeout = at + 1;
    emit->room->waits[emit->waits_count++] = wait;
    if (wait.result_type != 0)
        write_register(emit, (EscRegister)wait.result_register, wait.result_type);
    if (timeout != NULL)
        reach(emit, timeout, (uint32_t)emit->waits_count - 1, true);
}
