/* lower_documents.c - expressions over JSON that came from outside: each a DOCUMENT function, which reads places of the
 * document and gives one value. Conditions and values are lowered as everywhere; only what a path loads is different. */
#include "lower/lower.h"

void esc_lower_document_begin(EscLower *lower, EscLowerFunction *function, EscType gives,
                              EscSpan span)
{
    esc_lower_begin(lower, function, ESC_FUNCTION_DOCUMENT, span);
    lower->emit->row.gives = gives;
    esc_lower_origin(lower, span);
}

uint32_t esc_lower_document_end(EscLower *lower, EscLowerFunction *function, EscRegister given)
{
    esc_emit_op(lower->emit, ESC_OP_GIVE, given, 0, 0, 0);
    return esc_lower_end(lower, function);
}

uint32_t esc_lower_document_value(EscLower *lower, const EscNode *value, EscType type)
{
    EscLowerFunction function;
    esc_lower_document_begin(lower, &function, type, value->span);
    EscRegister given = esc_lower_argument(lower, value, type);
    return esc_lower_document_end(lower, &function, given);
}

uint32_t esc_lower_document_condition(EscLower *lower, const EscNode *condition)
{
    EscLowerFunction function;
    esc_lower_document_begin(lower, &function, ESC_TYPE(ESC_KIND_BOOL), condition->span);
    EscRegister truth = esc_emit_take(lower->emit);
    esc_lower_plain(lower, condition, truth, NULL);
    return esc_lower_document_end(lower, &function, truth);
}
