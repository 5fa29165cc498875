/* preds.c - whether a condition asks tests that time alone can turn. */
#include <engine/model.h>

static bool code_has_clock(const EscProgram *program, uint32_t function, bool has_hours)
{
    const EscFunctionRow *row = &program->functions[function];
    for (uint32_t pc = row->code_first; pc < row->code_first + row->code_count; pc++)
        if (program->code[pc].op == ESC_OP_CLOCK &&
            (has_hours || program->clocks[program->code[pc].imm].source != ESC_CLOCK_SOURCE_HOURS))
            return true;
    return false;
}

bool esc_function_has_clock(const EscProgram *program, uint32_t function)
{
    return code_has_clock(program, function, true);
}

bool esc_pred_has_clock(const EscProgram *program, uint32_t pred)
{
    const EscPredRow *row = &program->preds[pred];
    bool has_clock = row->kind == ESC_PRED_CODE
                         ? code_has_clock(program, row->detail, false)
                         : row->kind == ESC_PRED_CLOCK &&
                               program->clocks[row->detail].source != ESC_CLOCK_SOURCE_HOURS;
    for (uint32_t i = 0; i < row->children_count && !has_clock; i++)
        has_clock = esc_pred_has_clock(program, row->children_first + i);
    return has_clock;
}
